using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>The repository's own C# files, parsed once.</summary>
internal static class SourceFiles
{
    private static readonly string[] ProductFolders = ["infra", "services", "stacks"];

    private static readonly string[] BuildFolders = ["artifacts", "bin", "node_modules", "obj"];

    private static readonly Lazy<IReadOnlyList<SourceFile>> Parsed = new(static () => [.. Folders().Select(Parse)]);

    /// <summary>Every hand-written file.</summary>
    internal static IReadOnlyList<SourceFile> All => Parsed.Value;

    /// <summary>The files of the product: those of infra, services and stacks.</summary>
    internal static IEnumerable<SourceFile> Product =>
        All.Where(static file => ProductFolders.Any(folder => file.Path.StartsWith(folder + "/", StringComparison.Ordinal)));

    /// <summary>Every hand-written page of documentation.</summary>
    internal static IEnumerable<string> Pages => Directory.EnumerateFiles(Repository.Root, "*.md")
        .Concat(Directory.EnumerateFiles(Repository.Combine("docs"), "*.md"))
        .Select(static path => Path.GetRelativePath(Repository.Root, path));

    /// <summary>Fails with one line for each fault.</summary>
    internal static void AssertNone(IEnumerable<string> faults)
    {
        var lines = faults.ToList();
        Assert.True(lines.Count == 0, $"{lines.Count} faults:\n{string.Join('\n', lines)}");
    }

    private static IEnumerable<string> Folders() => ProductFolders.Append("tests")
        .SelectMany(static name => FilesBelow(Repository.Combine(name)))
        .Order(StringComparer.Ordinal);

    private static IEnumerable<string> FilesBelow(string folder) => Directory.EnumerateFiles(folder, "*.cs")
        .Concat(Directory.EnumerateDirectories(folder)
            .Where(static below => !BuildFolders.Contains(Path.GetFileName(below)))
            .SelectMany(FilesBelow));

    private static SourceFile Parse(string path)
    {
        var text = File.ReadAllText(path);
        var options = new CSharpParseOptions(LanguageVersion.Preview, DocumentationMode.Parse);
        return new SourceFile(
            Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'),
            text.Split('\n'),
            CSharpSyntaxTree.ParseText(text, options).GetCompilationUnitRoot());
    }
}
