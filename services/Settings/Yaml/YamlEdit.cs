using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace ModelServing.Settings.Yaml;

/// <summary>
/// Changes one value in the text of a YAML document, by the place where it stands: comments, order, quotes and line ends of all else
/// stay as they are. Maps that lead to the value and are not there yet are made.
/// </summary>
internal sealed partial class YamlEdit
{
    private const int Indent = 2;

    private readonly string text;
    private readonly Parser parser;
    private readonly string newLine;

    private YamlEdit(string text)
    {
        this.text = text;
        parser = new Parser(new StringReader(text));
        newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
    }

    /// <summary>Gives the text with <paramref name="value"/> at <paramref name="path"/>, the keys from the document's root on.</summary>
    /// <exception cref="YamlEditException">What stands there has no place for it.</exception>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    internal static string Set(string text, ReadOnlySpan<string> path, string value)
    {
        var edit = new YamlEdit(text);
        return edit.SetIn(edit.Root(), path, Plain(value));
    }

    /// <summary>Gives the text with <paramref name="item"/> as the last of the list at <paramref name="path"/>, which is made if it is not
    /// there.</summary>
    /// <exception cref="YamlEditException">What stands there is no list, or has no place for one.</exception>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    internal static string Add(string text, ReadOnlySpan<string> path, string item)
    {
        var edit = new YamlEdit(text);
        var root = edit.Root();
        return Find(root, path) is { IsNothing: false } list ? edit.AddTo(list, Plain(item)) : edit.SetIn(root, path, $"[{Plain(item)}]");
    }

    /// <summary>Gives the text without the key at <paramref name="path"/> and what stands behind it.</summary>
    /// <exception cref="YamlEditException">It is not there, or the only one of its map.</exception>
    /// <exception cref="YamlException">The text is no YAML.</exception>
    internal static string Remove(string text, ReadOnlySpan<string> path)
    {
        var edit = new YamlEdit(text);
        return edit.RemoveFrom(Find(edit.Root(), path[..^1]), path[^1]);
    }

    private Node Root()
    {
        parser.Consume<StreamStart>();
        return parser.TryConsume<DocumentStart>(out _) ? Read() : throw new YamlEditException("the file is empty");
    }

    private static Node? Find(Node? node, ReadOnlySpan<string> path)
    {
        foreach (var key in path)
            node = node?.Entries?.FirstOrDefault(entry => entry.Key == key).Value;
        return node;
    }

    private string AddTo(Node list, string item)
    {
        if (list.Items is not { } items)
            throw new YamlEditException($"at line {list.Place.Line} stands what is no list");
        if (list.IsFlow)
            return items is [.., var inside] ? text.Insert(inside.End, $", {item}") : text.Remove(list.Start, list.Length).Insert(list.Start, $"[{item}]");
        return text.Insert(EndOfLine(items[^1].End), $"{newLine}{new string(' ', (int)list.Place.Column - 1)}- {item}");
    }

    private string RemoveFrom(Node? map, string key)
    {
        if (map?.Entries is not { } entries || entries.ToList().FindIndex(entry => entry.Key == key) is not (>= 0 and var index))
            throw new YamlEditException("it is not there");
        if (entries.Count == 1)
            throw new YamlEditException($"at line {map.Place.Line} nothing would be left");
        var (_, start, value) = entries[index];
        if (!map.IsFlow)
        {
            // The lines of the key and all under it. A map that begins behind a dash has its first key on the dash's line.
            var line = text.LastIndexOf('\n', Math.Max(0, start - 1)) + 1;
            if (!string.IsNullOrWhiteSpace(text[line..start]))
                throw new YamlEditException($"at line {map.Place.Line} it does not begin its line");
            var end = EndOfLine(Math.Max(start, value.End));
            return text.Remove(line, (text.IndexOf('\n', end) is >= 0 and var next ? next + 1 : text.Length) - line);
        }

        return index == 0 ? text.Remove(start, entries[1].Start - start) : text.Remove(entries[index - 1].Value.End, value.End - entries[index - 1].Value.End);
    }

    private string SetIn(Node node, ReadOnlySpan<string> path, string value)
    {
        if (path.IsEmpty)
            return Replace(node, value);
        if (node.IsNothing)
            return FillNothing(node, path, value);
        if (node.Entries is not { } entries)
            throw new YamlEditException($"{path[0]} belongs into what stands at line {node.Place.Line}, which is no map");
        foreach (var (key, _, inner) in entries)
        {
            if (key == path[0])
                return SetIn(inner, path[1..], value);
        }

        return node.IsFlow ? AddInFlow(node, path, value) : AddInBlock(node, path, value);
    }

    private string Replace(Node node, string value)
    {
        if (node.Entries is not null || node.Items is not null)
            throw new YamlEditException($"at line {node.Place.Line} stands a map or a list; it has to be a value");
        // Nothing was written after the key.
        if (node.Length == 0)
            return text.Insert(node.Start, " " + value);
        if (node.IsText)
            throw new YamlEditException($"at line {node.Place.Line} stands a text of several lines");
        return text.Remove(node.Start, node.Length).Insert(node.Start, value);
    }

    // `key:` and no more, or `key: null`.
    private string FillNothing(Node node, ReadOnlySpan<string> path, string value)
    {
        if (node.Length > 0)
            return text.Remove(node.Start, node.Length).Insert(node.Start, $"{{ {Flow(path, value)} }}");
        if (node.KeyColumn is not { } column)
            return text.Insert(node.Start, $" {{ {Flow(path, value)} }}");
        return text.Insert(EndOfLine(node.Start), Block(column + Indent, path, value));
    }

    private string AddInFlow(Node node, ReadOnlySpan<string> path, string value) => node.Entries is [.., var last]
        ? text.Insert(last.Value.End, $", {Flow(path, value)}")
        : text.Remove(node.Start, node.Length).Insert(node.Start, $"{{ {Flow(path, value)} }}");

    // After the line of the last value.
    private string AddInBlock(Node node, ReadOnlySpan<string> path, string value) =>
        text.Insert(EndOfLine(node.End), Block((int)node.Place.Column - 1, path, value));

    private int EndOfLine(int index)
    {
        var end = text.IndexOf('\n', index);
        return end < 0 ? text.Length : end > index && text[end - 1] == '\r' ? end - 1 : end;
    }

    private string Block(int column, ReadOnlySpan<string> path, string value)
    {
        var block = "";
        for (var i = 0; i < path.Length; i++)
            block += $"{newLine}{new string(' ', column + (Indent * i))}{Plain(path[i])}:";
        return $"{block} {value}";
    }

    private static string Flow(ReadOnlySpan<string> path, string value) => path.Length == 1
        ? $"{Plain(path[0])}: {value}"
        : $"{Plain(path[0])}: {{ {Flow(path[1..], value)} }}";

    // JSON's strings are YAML's, too.
    private static string Plain(string value) => PlainText().IsMatch(value) ? value : JsonSerializer.Serialize(value);

    // What a node's content takes, without the comments and blank lines that follow it.
    private Node Read(int? keyColumn = null, bool inFlow = false)
    {
        var start = parser.Current!.Start;
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            var (isPlain, isText) = (scalar.Style == ScalarStyle.Plain, scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded);
            var end = isPlain && scalar.Value.Length == 0 ? (int)start.Index : (int)scalar.End.Index;
            // The blank lines after a text are its parser's.
            while (isText && char.IsWhiteSpace(text[end - 1]))
                end--;
            return new Node(start, end)
            {
                IsNothing = isPlain && scalar.Value is "" or "~" or "null" or "Null" or "NULL",
                IsText = isText,
                KeyColumn = inFlow ? null : keyColumn,
            };
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
            return new Node(start, (int)alias.End.Index) { Items = [] };
        return parser.TryConsume<SequenceStart>(out var sequence) ? ReadList(start, sequence) : ReadMap(start, parser.Consume<MappingStart>());
    }

    private Node ReadList(Mark start, SequenceStart list)
    {
        var isFlow = list.Style == SequenceStyle.Flow;
        var items = new List<Node>();
        while (parser.Current is not SequenceEnd)
            items.Add(Read(inFlow: isFlow));
        var end = parser.Consume<SequenceEnd>();
        return new Node(start, isFlow ? EndOf(end) : items is [.., var last] ? last.End : (int)start.Index) { Items = items, IsFlow = isFlow };
    }

    private Node ReadMap(Mark start, MappingStart map)
    {
        var (last, isFlow) = ((int)start.Index, map.Style == MappingStyle.Flow);
        var entries = new List<(string? Key, int Start, Node Value)>();
        while (parser.Current is not MappingEnd)
        {
            var key = parser.Current!;
            _ = Read(inFlow: isFlow);
            var value = Read((int)key.Start.Column - 1, isFlow);
            last = value.End;
            entries.Add(((key as Scalar)?.Value, (int)key.Start.Index, value));
        }

        var end = parser.Consume<MappingEnd>();
        return new Node(start, isFlow ? EndOf(end) : last) { Entries = entries, IsFlow = isFlow };
    }

    // After the bracket, wherever the parser says that it is.
    private int EndOf(ParsingEvent end) => (int)end.Start.Index is var index && index < text.Length && text[index] is '}' or ']' ? index + 1 : index;

    [GeneratedRegex("^(?!(?:null|Null|NULL)$)[A-Za-z0-9](?:[A-Za-z0-9._@/-]|:(?=[A-Za-z0-9]))*$")]
    private static partial Regex PlainText();

    private sealed record Node(Mark Place, int End)
    {
        internal int Start => (int)Place.Index;

        internal int Length => End - Start;

        /// <summary>A map's keys, where each begins, and their values; null for all else.</summary>
        internal IReadOnlyList<(string? Key, int Start, Node Value)>? Entries { get; init; }

        /// <summary>A list's items, none for an alias; null for all else.</summary>
        internal IReadOnlyList<Node>? Items { get; init; }

        internal bool IsFlow { get; init; }

        /// <summary>A text in YAML's own form of several lines.</summary>
        internal bool IsText { get; init; }

        /// <summary>A value that was left out, or null.</summary>
        internal bool IsNothing { get; init; }

        /// <summary>Where the key begins that this is the value of, from 0; null in braces, where lines mean nothing.</summary>
        internal int? KeyColumn { get; init; }
    }
}
