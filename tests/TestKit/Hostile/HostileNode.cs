using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace ModelServing.TestKit.Hostile;

/// <summary>A mapping of a data file, over the file's defaults. It refuses a member that is not read, because that is a
/// misspelt one.</summary>
public sealed class HostileNode
{
    private readonly Dictionary<string, YamlNode> members = [];
    private readonly HashSet<string> read = [];

    internal HostileNode(YamlMappingNode node, YamlMappingNode? defaults = null)
    {
        foreach (var source in (YamlMappingNode[])(defaults is null ? [node] : [defaults, node]))
        {
            foreach (var (key, value) in source.Children)
                members[((YamlScalarNode)key).Value!] = value;
        }

        // Not every case has a use for every default.
        if (defaults is not null)
            read.UnionWith(defaults.Children.Keys.Select(static key => ((YamlScalarNode)key).Value!));
    }

    internal string? Text(string member) => Find(member) is YamlScalarNode scalar ? scalar.Value : null;

    internal string Required(string member) =>
        Text(member) ?? throw new InvalidDataException($"'{Text("name")}' has no text '{member}'");

    internal bool Flag(string member) => Text(member) == "true";

    internal int? Whole(string member) => Text(member) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>A text or a list of texts.</summary>
    internal IReadOnlyList<string> Texts(string member) => Find(member) switch
    {
        YamlScalarNode scalar => [scalar.Value!],
        YamlSequenceNode list => [.. list.Select(static item => ((YamlScalarNode)item).Value!)],
        _ => [],
    };

    /// <summary>A text, or a list of texts and repetitions.</summary>
    internal HostileText? Long(string member, bool isUtf8) => Find(member) switch
    {
        YamlScalarNode scalar => new HostileText([(scalar.Value!, 1)], isUtf8),
        YamlSequenceNode list => new HostileText([.. list.Select(PieceOf)], isUtf8),
        _ => null,
    };

    /// <summary>The nested mapping.</summary>
    internal HostileNode? Inner(string member) => Find(member) is YamlMappingNode mapping ? new HostileNode(mapping) : null;

    /// <summary>The members of the nested mapping as JSON.</summary>
    internal JsonObject Json(string member) => Find(member) is { } node ? (JsonObject)JsonOf(node)! : [];

    /// <summary>Refuses members that were not read.</summary>
    internal void Close()
    {
        if (members.Keys.FirstOrDefault(name => !read.Contains(name)) is { } unknown)
            throw new InvalidDataException($"'{Text("name")}' has the unknown member '{unknown}'");
    }

    // Without a member, or with null in its place, the result is null.
    private YamlNode? Find(string member)
    {
        read.Add(member);
        return members.TryGetValue(member, out var node) && !IsNull(node) ? node : null;
    }

    private static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: "null" or "" };

    private static (string Text, int Times) PieceOf(YamlNode node)
    {
        if (node is YamlScalarNode scalar)
            return (scalar.Value!, 1);
        var repetition = new HostileNode((YamlMappingNode)node);
        var piece = (repetition.Required("repeat"), repetition.Whole("times") ?? throw new InvalidDataException("'times' is missing"));
        repetition.Close();
        return piece;
    }

    private static JsonNode? JsonOf(YamlNode node)
    {
        switch (node)
        {
            case YamlSequenceNode list:
                return new JsonArray([.. list.Select(JsonOf)]);
            case YamlMappingNode mapping when mapping.Children.ContainsKey("repeat"):
                var (text, times) = PieceOf(mapping);
                return string.Concat(Enumerable.Repeat(text, times));
            case YamlMappingNode mapping:
                var json = new JsonObject();
                foreach (var (key, value) in mapping.Children)
                    json[((YamlScalarNode)key).Value!] = JsonOf(value);
                return json;
            default:
                var scalar = (YamlScalarNode)node;
                if (IsNull(scalar))
                    return null;
                return scalar.Style == ScalarStyle.Plain && (char.IsAsciiDigit(scalar.Value![0]) || scalar.Value[0] == '-')
                    ? JsonNode.Parse(scalar.Value)
                    : scalar.Value;
        }
    }
}
