using YamlDotNet.RepresentationModel;

namespace ModelServing.TestKit.Mutants;

/// <summary>A mapping of a file of mutations.</summary>
/// <param name="place">The file, for messages.</param>
/// <param name="mapping">The mapping.</param>
internal sealed class MutationNode(string place, YamlMappingNode mapping)
{
    private readonly HashSet<string> read = [];

    internal string? Text(string member) => Find(member) is YamlScalarNode scalar ? scalar.Value : null;

    internal string Required(string member) => Text(member) ?? throw Fault($"there is no text '{member}'");

    internal IReadOnlyList<string> Texts(string member) => Find(member) is YamlSequenceNode list
        ? [.. list.Select(static item => ((YamlScalarNode)item).Value!)]
        : throw Fault($"there is no list '{member}'");

    internal IEnumerable<MutationNode> List(string member) => Find(member) is YamlSequenceNode list
        ? list.Select(item => new MutationNode(place, (YamlMappingNode)item))
        : throw Fault($"there is no list '{member}'");

    /// <summary>Refuses members that were not read, because these are misspelt.</summary>
    internal void Close()
    {
        var names = mapping.Children.Keys.Select(static key => ((YamlScalarNode)key).Value!);
        if (names.FirstOrDefault(name => !read.Contains(name)) is { } other)
            throw Fault($"the member '{other}' is unknown");
    }

    private YamlNode? Find(string member)
    {
        read.Add(member);
        return mapping.Children.TryGetValue(member, out var node) ? node : null;
    }

    private InvalidDataException Fault(string what) => new($"{place}.yaml, line {mapping.Start.Line}: {what}");
}
