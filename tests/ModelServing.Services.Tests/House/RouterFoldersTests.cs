using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.House;

/// <summary>The folders of services/Router depend on each other in one direction. A folder depends on another if it names a type that is
/// declared there. To break a cycle, move the type that both sides need to the folder below.</summary>
public partial class RouterFoldersTests
{
    private const string Root = "(root)";

    private static readonly string Router = Repository.Combine("services", "Router");

    private static readonly List<SourceFile> Sources = [.. Directory.EnumerateFiles(Router, "*.cs", SearchOption.AllDirectories)
        .Select(static path => Path.GetRelativePath(Router, path))
        .Where(static path => !path.StartsWith("obj/", StringComparison.Ordinal) && !path.StartsWith("bin/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(SourceFile.Read)];

    private static readonly Dictionary<(string From, string To), Use> Uses = FindUses();

    [Fact]
    public void The_search_finds_the_folders() => Assert.Superset(
        new HashSet<string>(["Admin", "Endpoints", "Forwarding", "Routing"]),
        Sources.Where(static source => source.Declared.Count > 0).Select(static source => source.Folder).ToHashSet());

    [Fact]
    public void No_two_folders_name_each_others_types()
    {
        var cycles = Uses
            .Where(static pair => string.CompareOrdinal(pair.Key.From, pair.Key.To) < 0 && Uses.ContainsKey((pair.Key.To, pair.Key.From)))
            .Select(static pair => $"{pair.Value}, and {Uses[(pair.Key.To, pair.Key.From)]}");
        Assert.Empty(cycles);
    }

    [Fact]
    public void No_chain_of_folders_leads_back_to_its_beginning()
    {
        // Removes the folders that depend only on removed ones. Whatever is left is a part of a cycle, or depends on one.
        var left = Sources.Select(static source => source.Folder).ToHashSet(StringComparer.Ordinal);
        while (left.RemoveWhere(folder => !left.Any(other => Uses.ContainsKey((folder, other)))) > 0)
        {
        }

        Assert.Empty(Uses
            .Where(pair => left.Contains(pair.Key.From) && left.Contains(pair.Key.To))
            .Select(static pair => pair.Value.ToString()));
    }

    [Fact]
    public void No_folder_names_a_type_of_the_root() =>
        Assert.Empty(Uses.Where(static pair => pair.Key.To == Root).Select(static pair => pair.Value.ToString()));

    [Fact]
    public void The_search_sees_code_and_neither_comments_nor_strings()
    {
        const string Code = """
            namespace Some;
            /// <see cref="Alpha"/>
            internal sealed class Beta // Gamma
            {
                /* Delta */
                private const string Text = "Epsilon \" Zeta";
                private string Shown(Eta eta) => $"Theta {eta.Iota}" + @"Kappa";
            }
            """;
        var names = SourceFile.Parse("Some/Beta.cs", Code).Names;
        string[] greek = ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", "Kappa"];
        Assert.Equal(["Beta", "Eta"], greek.Where(names.Contains));
        Assert.Equal(["Beta"], SourceFile.Parse("Some/Beta.cs", Code).Declared);
    }

    private static Dictionary<(string From, string To), Use> FindUses()
    {
        var declared = Sources
            .SelectMany(static source => source.Declared.Select(type => (Type: type, Source: source)))
            .ToLookup(static pair => pair.Type, static pair => pair.Source);
        var uses = new Dictionary<(string From, string To), Use>();
        foreach (var source in Sources)
        {
            foreach (var type in source.Names.Where(declared.Contains).Order(StringComparer.Ordinal))
            {
                // A type of one's own folder hides types of that name elsewhere.
                if (declared[type].Any(other => other.Folder == source.Folder))
                    continue;
                foreach (var other in declared[type])
                    uses.TryAdd((source.Folder, other.Folder), new Use(source.Path, type, other.Path));
            }
        }

        return uses;
    }

    private sealed record Use(string From, string Type, string To)
    {
        public override string ToString() => $"{From} names {Type} of {To}";
    }

    private sealed partial record SourceFile(string Path, string Folder, IReadOnlySet<string> Declared, IReadOnlySet<string> Names)
    {
        internal static SourceFile Read(string path) => Parse(path, File.ReadAllText(System.IO.Path.Combine(Router, path)));

        internal static SourceFile Parse(string path, string text)
        {
            var code = CommentOrString().Replace(Using().Replace(text, ""), " ");
            var folder = System.IO.Path.GetDirectoryName(path) is { Length: > 0 } name ? name : Root;
            return new SourceFile(
                path,
                folder,
                Declaration().Matches(code).Select(static match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal),
                Name().Matches(code).Select(static match => match.Value).ToHashSet(StringComparer.Ordinal));
        }

        [GeneratedRegex(
            """"//[^\n]*|/\*.*?\*/|""".*?"""|@"(?:[^"]|"")*"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'"""",
            RegexOptions.Singleline)]
        private static partial Regex CommentOrString();

        [GeneratedRegex(@"^using [^\n(]*;$", RegexOptions.Multiline)]
        private static partial Regex Using();

        [GeneratedRegex(
            @"^(?:public |internal )(?:(?:[a-z]+ )*?(?:class|interface|enum|struct|record) (?<name>[A-Z]\w*)(?=[\s<({:;]|$)" +
            @"|delegate [^\n(]*[ >\]?](?<name>[A-Z]\w*)(?=\())",
            RegexOptions.Multiline)]
        private static partial Regex Declaration();

        // A name after a dot is a member, not a type.
        [GeneratedRegex(@"(?<![\w.])[A-Z]\w*")]
        private static partial Regex Name();
    }
}
