using System.Globalization;
using ModelServing.Settings.Schema;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ModelServing.Settings.Yaml;

/// <summary>Reads YAML into nodes. A stack file or a view's file is small and plain, so anchors, aliases, tags, duplicate keys, a second
/// document, deep nesting and a large file are faults.</summary>
internal sealed class YamlNodes
{
    private const int MaxCharacters = 1024 * 1024;
    private const int MaxDepth = 32;

    private readonly Parser parser;
    private readonly List<SettingsFault> faults;
    private readonly List<string> path = [];

    // The start of the node that was read last, for faults of the parser that have no position.
    private Mark last = Mark.Empty;

    private YamlNodes(string text, List<SettingsFault> faults)
    {
        parser = new Parser(new StringReader(text));
        this.faults = faults;
    }

    /// <summary>Reads one document. Errors are added to <paramref name="faults"/>. Returns null for an empty text, and if a fault stopped
    /// the reading.</summary>
    internal static SettingsNode? Read(string text, List<SettingsFault> faults)
    {
        if (text.Length > MaxCharacters)
        {
            faults.Add(new SettingsFault("", $"the file has {text.Length} characters; the limit is {MaxCharacters}", null));
            return null;
        }

        var nodes = new YamlNodes(text, faults);
        try
        {
            return nodes.ReadDocument();
        }
        catch (TooDeepException)
        {
            return null;
        }
        catch (YamlException e)
        {
            faults.Add(YamlFault.From(text, e));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException)
        {
            // The library throws these for some invalid texts, such as a map in braces that is never closed.
            faults.Add(new SettingsFault("", "this is not valid YAML: the value that starts here is not closed properly", At(nodes.last)));
            return null;
        }
    }

    private SettingsNode? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (parser.TryConsume<StreamEnd>(out _))
            return null;
        parser.Consume<DocumentStart>();
        var root = ReadNode(0);
        parser.Consume<DocumentEnd>();
        if (!parser.TryConsume<StreamEnd>(out _))
            AddFault(parser.Current!.Start, "a second YAML document starts here; a file contains only one");
        return root;
    }

    private SettingsNode ReadNode(int depth)
    {
        var start = last = parser.Current!.Start;
        if (depth > MaxDepth)
        {
            AddFault(start, $"this is nested more than {MaxDepth} levels deep");
            throw new TooDeepException();
        }

        if (parser.TryConsume<AnchorAlias>(out _))
        {
            AddFault(start, "aliases are not supported; write the value out");
            return new SettingsNode.Faulty(At(start));
        }

        if (parser.Current is NodeEvent { Anchor.IsEmpty: false })
            AddFault(start, "anchors are not supported; write the value out wherever it is needed");
        if (parser.Current is NodeEvent { Tag.IsEmpty: false } tagged)
            AddFault(start, $"the tag {Quoted.From(tagged.Tag.Value)} is not supported; write the value without it");
        if (parser.TryConsume<YamlDotNet.Core.Events.Scalar>(out var scalar))
        {
            var isEmpty = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
            return isEmpty ? new SettingsNode.Empty(At(start)) : new SettingsNode.Scalar(scalar.Value, At(start));
        }

        return parser.TryConsume<SequenceStart>(out _) ? ReadSequence(depth, start) : ReadMapping(depth, start);
    }

    private SettingsNode.Sequence ReadSequence(int depth, Mark start)
    {
        var items = new List<SettingsNode>();
        while (!parser.TryConsume<SequenceEnd>(out _))
            items.Add(ReadNode(depth + 1, items.Count.ToString(CultureInfo.InvariantCulture)));
        return new SettingsNode.Sequence(items, At(start));
    }

    private SettingsNode.Mapping ReadMapping(int depth, Mark start)
    {
        parser.Consume<MappingStart>();
        var entries = new List<MappingEntry>();
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var keyStart = parser.Current!.Start;
            var key = ReadNode(depth + 1);
            if (key is not SettingsNode.Scalar { Text: var text })
            {
                if (key is not SettingsNode.Faulty)
                    AddFault(keyStart, "a key must be plain text");
                ReadNode(depth + 1);
                continue;
            }

            var isFirst = lines.TryAdd(text, (int)keyStart.Line);
            if (!isFirst)
                AddFault(keyStart, $"this key is already on line {lines[text]}", text);
            var value = ReadNode(depth + 1, text);
            if (isFirst)
                entries.Add(new MappingEntry(text, value, At(keyStart)));
        }

        return new SettingsNode.Mapping(entries, At(start));
    }

    private SettingsNode ReadNode(int depth, string key)
    {
        path.Add(key);
        var node = ReadNode(depth);
        path.RemoveAt(path.Count - 1);
        return node;
    }

    private static TextPosition At(Mark mark) => new((int)mark.Line, (int)mark.Column);

    // Every setting is under 'config', so the paths of settings leave it out.
    private void AddFault(Mark mark, string message, string? key = null)
    {
        var keys = (key is null ? path : path.Append(key)).Select(Quoted.From).ToList();
        faults.Add(new SettingsFault(string.Join('.', keys is ["config", _, ..] ? keys.Skip(1) : keys), message, At(mark)));
    }

    /// <summary>Stops the reading after its fault has been reported.</summary>
    private sealed class TooDeepException : Exception;
}
