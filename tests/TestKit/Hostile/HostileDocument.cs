using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ModelServing.TestKit.Hostile;

/// <summary>A document of <c>tests/Hostile/documents.yaml</c> that a router may find where it follows one.</summary>
/// <param name="Document">The document: <c>clients</c>, <c>plan</c> or <c>endpoints</c>.</param>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Member">The name of the changed member; null if it is not one that changed.</param>
/// <param name="Utf8">The text.</param>
public sealed record HostileDocument(string Document, string Name, string? Member, byte[] Utf8)
{
    private const string File = "documents";

    /// <summary>The right text of each document.</summary>
    public static IReadOnlyDictionary<string, string> Bases { get; } =
        HostileFile.Read(File, "bases", static node => (Name: node.Required("name"), Text: node.Required("text")))
            .ToDictionary(static document => document.Name, static document => document.Text);

    /// <summary>Whole documents.</summary>
    public static IReadOnlyList<HostileDocument> Whole { get; } = HostileFile.Read(File, "cases", static node =>
        new HostileDocument(node.Required("document"), node.Required("name"), null, node.Long("text", isUtf8: true)!.ToBytes()));

    /// <summary>The right documents with one member left out.</summary>
    public static IReadOnlyList<HostileDocument> Missing { get; } = [.. Mutate("missing", null)];

    /// <summary>The right documents with another value in place of one member.</summary>
    public static IReadOnlyList<HostileDocument> Replaced { get; } = [.. HostileFile
        .Read(File, "replacements", static node => (Name: node.Required("name"), Json: node.Required("json")))
        .SelectMany(static replacement => Mutate(replacement.Name, replacement.Json))];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<HostileDocument> All { get; } = [.. Whole, .. Missing, .. Replaced];

    public override string ToString() => $"{Document}: {Name}";

    private static IEnumerable<HostileDocument> Mutate(string name, string? json)
    {
        foreach (var (document, text) in Bases)
        {
            foreach (var path in PathsOf(JsonNode.Parse(text)!))
            {
                var root = JsonNode.Parse(text)!;
                Change(root, path.Split('/'), json);
                yield return new HostileDocument(
                    document,
                    $"{path} is {name}",
                    path.Split('/').Last(static part => !char.IsAsciiDigit(part[0])),
                    Encoding.UTF8.GetBytes(root.ToJsonString()));
            }
        }
    }

    private static IEnumerable<string> PathsOf(JsonNode node, string before = "") => node switch
    {
        JsonObject members => members.SelectMany(member =>
            PathsOf(member.Value!, $"{before}{member.Key}/").Prepend(before + member.Key)),
        JsonArray items => items.SelectMany((item, i) => PathsOf(item!, $"{before}{i}/").Prepend($"{before}{i}")),
        _ => [],
    };

    private static void Change(JsonNode root, string[] path, string? json)
    {
        var parent = path[..^1].Aggregate(root, static (node, part) => node is JsonArray items ? items[IndexOf(part)]! : node[part]!);
        var value = json is null ? null : JsonNode.Parse(json);
        if (parent is JsonArray array)
        {
            if (json is null)
                array.RemoveAt(IndexOf(path[^1]));
            else
                array[IndexOf(path[^1])] = value;
        }
        else if (json is null)
        {
            parent.AsObject().Remove(path[^1]);
        }
        else
        {
            parent[path[^1]] = value;
        }
    }

    private static int IndexOf(string part) => int.Parse(part, CultureInfo.InvariantCulture);
}
