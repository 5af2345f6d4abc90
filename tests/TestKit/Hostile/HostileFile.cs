using YamlDotNet.RepresentationModel;

namespace ModelServing.TestKit.Hostile;

/// <summary>Reads the files of <c>tests/Hostile</c>.</summary>
internal static class HostileFile
{
    /// <summary>Reads a list of a file. Each entry has the file's defaults.</summary>
    /// <param name="kind">The file's name without its ending.</param>
    /// <param name="list">The list's name.</param>
    /// <param name="read">Reads an entry.</param>
    internal static IReadOnlyList<T> Read<T>(string kind, string list, Func<HostileNode, T> read)
    {
        var yaml = new YamlStream();
        using (var file = File.OpenText(Repository.Combine("tests", "Hostile", kind + ".yaml")))
            yaml.Load(file);
        var root = (YamlMappingNode)yaml.Documents[0].RootNode;
        var defaults = root.Children.TryGetValue("defaults", out var found) ? (YamlMappingNode)found : null;
        var entries = new List<T>();
        foreach (var node in (YamlSequenceNode)root.Children[list])
        {
            var entry = new HostileNode((YamlMappingNode)node, defaults);
            entries.Add(read(entry));
            // Every case says where it comes from.
            entry.Required("source");
            entry.Close();
        }

        return entries;
    }
}
