using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Scalar = YamlDotNet.Core.Events.Scalar;

namespace ModelServing.Settings.Yaml;

/// <summary>
/// Edits one value in the text of a YAML document in place. The comments, order, quotes and line ends of everything else stay as they are.
/// Missing maps on the way to the value are created.
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

    /// <summary>Returns the text with <paramref name="value"/> at <paramref name="path"/>, which lists the keys from the document's root
    /// on.</summary>
    /// <exception cref="YamlEditException">The file has something else at the path.</exception>
    /// <exception cref="YamlException">The text is not valid YAML.</exception>
    internal static string Set(string text, ReadOnlySpan<string> path, string value)
    {
        var edit = new YamlEdit(text);
        return edit.SetIn(edit.Root(), path, Encode(value));
    }

    /// <summary>Returns the text with <paramref name="item"/> as the last item of the list at <paramref name="path"/>. A missing list is
    /// created.</summary>
    /// <exception cref="YamlEditException">The file has something other than a list at the path.</exception>
    /// <exception cref="YamlException">The text is not valid YAML.</exception>
    internal static string Add(string text, ReadOnlySpan<string> path, string item)
    {
        var edit = new YamlEdit(text);
        var root = edit.Root();
        return Find(root, path) is { IsEmpty: false } list
            ? edit.AddTo(list, Encode(item))
            : edit.SetIn(root, path, $"[{Encode(item)}]");
    }

    /// <summary>Returns the text without the key at <paramref name="path"/> and its value.</summary>
    /// <exception cref="YamlEditException">The key is missing, or it is the only key of its map.</exception>
    /// <exception cref="YamlException">The text is not valid YAML.</exception>
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
            throw new YamlEditException($"line {list.Mark.Line} is not a list");
        if (!list.IsFlow)
            return text.Insert(EndOfLine(items[^1].End), $"{newLine}{new string(' ', (int)list.Mark.Column - 1)}- {item}");
        return items is [.., var last] ? text.Insert(last.End, $", {item}") : Overwrite(list, $"[{item}]");
    }

    private string RemoveFrom(Node? map, string key)
    {
        if (map?.Entries is not { } entries || entries.ToList().FindIndex(entry => entry.Key == key) is not (>= 0 and var index))
            throw new YamlEditException("it is not in the file");
        if (entries.Count == 1)
            throw new YamlEditException($"the map on line {map.Mark.Line} would be empty without it");
        var (_, start, value) = entries[index];
        if (!map.IsFlow)
        {
            // The lines of the key and of everything under it. In a map that is a list item, the first key is on the line of the dash.
            var line = text.LastIndexOf('\n', Math.Max(0, start - 1)) + 1;
            if (!string.IsNullOrWhiteSpace(text[line..start]))
                throw new YamlEditException($"it does not start a line of its own (its map starts on line {map.Mark.Line})");
            var end = EndOfLine(Math.Max(start, value.End));
            return text.Remove(line, (text.IndexOf('\n', end) is >= 0 and var next ? next + 1 : text.Length) - line);
        }

        if (index == 0)
            return text.Remove(start, entries[1].Start - start);
        var before = entries[index - 1].Value.End;
        return text.Remove(before, value.End - before);
    }

    private string SetIn(Node node, ReadOnlySpan<string> path, string value)
    {
        if (path.IsEmpty)
            return ReplaceValue(node, value);
        if (node.IsEmpty)
            return FillEmpty(node, path, value);
        if (node.Entries is not { } entries)
            throw new YamlEditException($"{path[0]} belongs in a map, but line {node.Mark.Line} is not a map");
        foreach (var (key, _, inner) in entries)
        {
            if (key == path[0])
                return SetIn(inner, path[1..], value);
        }

        return node.IsFlow ? AddInFlow(node, path, value) : AddInBlock(node, path, value);
    }

    private string ReplaceValue(Node node, string value)
    {
        if (node.Entries is not null || node.Items is not null)
            throw new YamlEditException($"line {node.Mark.Line} is a map or a list; it must be a single value");
        // A key without a value.
        if (node.Length == 0)
            return text.Insert(node.Start, " " + value);
        if (node.IsBlockText)
            throw new YamlEditException($"line {node.Mark.Line} is a text of several lines, which cannot be edited in place");
        return Overwrite(node, value);
    }

    private string Overwrite(Node node, string written) => text.Remove(node.Start, node.Length).Insert(node.Start, written);

    // `key:` without a value, or `key: null`.
    private string FillEmpty(Node node, ReadOnlySpan<string> path, string value)
    {
        if (node.Length > 0)
            return Overwrite(node, $"{{ {Flow(path, value)} }}");
        if (node.KeyColumn is not { } column)
            return text.Insert(node.Start, $" {{ {Flow(path, value)} }}");
        return text.Insert(EndOfLine(node.Start), Block(column + Indent, path, value));
    }

    private string AddInFlow(Node node, ReadOnlySpan<string> path, string value) => node.Entries is [.., var last]
        ? text.Insert(last.Value.End, $", {Flow(path, value)}")
        : Overwrite(node, $"{{ {Flow(path, value)} }}");

    // The new key goes after the line of the last value.
    private string AddInBlock(Node node, ReadOnlySpan<string> path, string value) =>
        text.Insert(EndOfLine(node.End), Block((int)node.Mark.Column - 1, path, value));

    private int EndOfLine(int index)
    {
        var end = text.IndexOf('\n', index);
        return end < 0 ? text.Length : end > index && text[end - 1] == '\r' ? end - 1 : end;
    }

    private string Block(int column, ReadOnlySpan<string> path, string value)
    {
        var block = "";
        for (var i = 0; i < path.Length; i++)
            block += $"{newLine}{new string(' ', column + (Indent * i))}{Encode(path[i])}:";
        return $"{block} {value}";
    }

    private static string Flow(ReadOnlySpan<string> path, string value) => path.Length == 1
        ? $"{Encode(path[0])}: {value}"
        : $"{Encode(path[0])}: {{ {Flow(path[1..], value)} }}";

    // A JSON string is a YAML string too.
    private static string Encode(string value) => PlainText().IsMatch(value) ? value : JsonSerializer.Serialize(value);

    // The extent of a node's content, without the comments and blank lines that follow it.
    private Node Read(int? keyColumn = null, bool inFlow = false)
    {
        var start = parser.Current!.Start;
        if (parser.TryConsume<Scalar>(out var scalar))
        {
            var isPlain = scalar.Style == ScalarStyle.Plain;
            var isBlockText = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded;
            var end = isPlain && scalar.Value.Length == 0 ? (int)start.Index : (int)scalar.End.Index;
            // The parser counts the blank lines after a block text as part of it.
            while (isBlockText && char.IsWhiteSpace(text[end - 1]))
                end--;
            return new Node(start, end)
            {
                IsEmpty = isPlain && scalar.Value is "" or "~" or "null" or "Null" or "NULL",
                IsBlockText = isBlockText,
                KeyColumn = inFlow ? null : keyColumn,
            };
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
            return new Node(start, (int)alias.End.Index) { Items = [] };
        return parser.TryConsume<SequenceStart>(out var sequence)
            ? ReadList(start, sequence)
            : ReadMap(start, parser.Consume<MappingStart>());
    }

    private Node ReadList(Mark start, SequenceStart list)
    {
        var isFlow = list.Style == SequenceStyle.Flow;
        var items = new List<Node>();
        while (parser.Current is not SequenceEnd)
            items.Add(Read(inFlow: isFlow));
        var end = parser.Consume<SequenceEnd>();
        var endIndex = isFlow ? EndOf(end) : items is [.., var last] ? last.End : (int)start.Index;
        return new Node(start, endIndex) { Items = items, IsFlow = isFlow };
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

    // The index after the bracket. The parser reports the bracket itself or the index after it.
    private int EndOf(ParsingEvent end)
    {
        var index = (int)end.Start.Index;
        return index < text.Length && text[index] is '}' or ']' ? index + 1 : index;
    }

    [GeneratedRegex("^(?!(?:null|Null|NULL)$)[A-Za-z0-9](?:[A-Za-z0-9._@/-]|:(?=[A-Za-z0-9]))*$")]
    private static partial Regex PlainText();

    private sealed record Node(Mark Mark, int End)
    {
        internal int Start => (int)Mark.Index;

        internal int Length => End - Start;

        /// <summary>The keys of a map, the start of each, and their values; null if this is not a map.</summary>
        internal IReadOnlyList<(string? Key, int Start, Node Value)>? Entries { get; init; }

        /// <summary>The items of a list, none for an alias; null if this is neither.</summary>
        internal IReadOnlyList<Node>? Items { get; init; }

        internal bool IsFlow { get; init; }

        /// <summary>True for a text in YAML's block style (<c>|</c> or <c>&gt;</c>).</summary>
        internal bool IsBlockText { get; init; }

        /// <summary>True for null and for a missing value.</summary>
        internal bool IsEmpty { get; init; }

        /// <summary>The column of this value's key, from 0; null inside braces, where indentation has no meaning.</summary>
        internal int? KeyColumn { get; init; }
    }
}
