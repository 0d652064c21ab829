// What a script does that is started for one small thing.
def properties = [documentKind: 'delivery note 8/15', plants: '1010, 2020, AT01']
def route = properties.documentKind.toUpperCase().replaceAll('[^A-Z0-9]', '-')
def query = properties.plants.split(',').collect { "Plant eq '${it.trim()}'" }.join(' or ')
println "$route: $query"
