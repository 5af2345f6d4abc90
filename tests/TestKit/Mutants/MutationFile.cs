using YamlDotNet.RepresentationModel;

namespace ModelServing.TestKit.Mutants;

/// <summary>Reads the files of <c>tests/Mutants</c>. The first lines of each explain its members.</summary>
public static class MutationFile
{
    private static readonly string Folder = Repository.Combine("tests", "Mutants");

    /// <summary>The areas of the product that have a file.</summary>
    public static IReadOnlyList<string> Areas { get; } =
        [.. Directory.GetFiles(Folder, "*.yaml").Select(Path.GetFileNameWithoutExtension).OfType<string>().Order(StringComparer.Ordinal)];

    /// <summary>Reads the mutations of an area.</summary>
    /// <exception cref="InvalidDataException">A member is missing, or has a wrong name.</exception>
    public static IReadOnlyList<Mutation> Read(string area)
    {
        var yaml = new YamlStream();
        using (var file = File.OpenText(Path.Combine(Folder, area + ".yaml")))
            yaml.Load(file);
        var root = new MutationNode(area, (YamlMappingNode)yaml.Documents[0].RootNode);
        var (project, folder) = (root.Required("project"), root.Required("folder"));
        return [.. root.List("mutations").Select(node => Read(area, project, folder, node))];
    }

    private static Mutation Read(string area, string project, string folder, MutationNode node)
    {
        var mutation = new Mutation(
            area,
            project,
            $"{folder}/{node.Required("file")}",
            node.Required("name"),
            node.Required("find"),
            node.Required("put"),
            node.Texts("tests"),
            node.Text("survives"));
        node.Close();
        return mutation;
    }
}
