using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace ModelServing.Rollout.Settings;

/// <summary>Reads YAML into nodes. A stack file is small and plain: anchors, aliases, duplicate keys, tags that are no core type,
/// more than one document and great depth or size are faults.</summary>
internal sealed class YamlNodes
{
    private const int MaxCharacters = 1024 * 1024;
    private const int MaxDepth = 32;

    private readonly Parser parser;

    private YamlNodes(string text) => parser = new Parser(new StringReader(text));

    /// <summary>Reads one document; null for an empty text.</summary>
    /// <exception cref="YamlFaultException">The text is no such YAML.</exception>
    internal static SettingsNode? Read(string text)
    {
        if (text.Length > MaxCharacters)
            throw new YamlFaultException(new SettingsFault("", $"the file has {text.Length} characters; at most {MaxCharacters} are read", null));
        try
        {
            var nodes = new YamlNodes(text);
            nodes.parser.Consume<StreamStart>();
            if (nodes.parser.TryConsume<StreamEnd>(out _))
                return null;
            nodes.parser.Consume<DocumentStart>();
            var root = nodes.ReadNode(0);
            nodes.parser.Consume<DocumentEnd>();
            if (!nodes.parser.TryConsume<StreamEnd>(out _))
                throw Fault(nodes.parser.Current!.Start, "a second document begins; a stack file has one");
            return root;
        }
        catch (YamlException e)
        {
            // The library's message repeats the place.
            var message = e.InnerException?.Message ?? e.Message;
            throw Fault(e.Start, "this is no YAML: " + message[(message.IndexOf("): ", StringComparison.Ordinal) is var i and >= 0 ? i + 3 : 0)..]);
        }
    }

    private SettingsNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
            throw Fault(parser.Current!.Start, $"this is nested more than {MaxDepth} deep");
        if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            throw Fault(parser.Current.Start, "anchors and aliases are not read; write the value out");
        if (parser.TryConsume<YamlDotNet.Core.Events.Scalar>(out var scalar))
        {
            var plain = scalar.Style == ScalarStyle.Plain && scalar.Value is "" or "~" or "null" or "Null" or "NULL";
            return plain ? new SettingsNode.Empty(At(scalar.Start)) : new SettingsNode.Scalar(scalar.Value, At(scalar.Start));
        }

        if (parser.TryConsume<SequenceStart>(out var sequence))
        {
            var items = new List<SettingsNode>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(ReadNode(depth + 1));
            return new SettingsNode.Sequence(items, At(sequence.Start));
        }

        var mapping = parser.Consume<MappingStart>();
        var entries = new List<MappingEntry>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var start = parser.Current!.Start;
            if (ReadNode(depth + 1) is not SettingsNode.Scalar key)
                throw Fault(start, "a key has to be a plain text");
            if (entries.Find(entry => entry.Key == key.Text) is { } first)
                throw Fault(start, $"the key '{key.Text}' stood there before, at line {first.Place?.Line}");
            entries.Add(new MappingEntry(key.Text, ReadNode(depth + 1), key.Place));
        }

        return new SettingsNode.Mapping(entries, At(mapping.Start));
    }

    private static Place At(Mark mark) => new((int)mark.Line, (int)mark.Column);

    private static YamlFaultException Fault(Mark mark, string message) => new(new SettingsFault("", message, At(mark)));
}

/// <summary>The text is no YAML that a stack file may hold.</summary>
internal sealed class YamlFaultException(SettingsFault fault) : Exception(fault.Message)
{
    internal SettingsFault Fault => fault;
}
