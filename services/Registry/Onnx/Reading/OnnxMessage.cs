using System.Text;
using System.Text.Unicode;
using ModelServing.Registry.Onnx.Values;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A message of an ONNX file while it is read: its fields, and the rules that apply to it.</summary>
/// <remarks>
/// Field numbers are those of onnx.proto. A field that a later version of the format adds is skipped, as the runtime does. If the field can
/// contain a tensor or a graph, it must be added here.
/// </remarks>
internal abstract class OnnxMessage(OnnxContext context, OnnxMessage? parent)
{
    private const int MaxPrintableName = 60;

    private ulong occurred;

    protected OnnxContext Context => context;

    /// <summary>The message around this one.</summary>
    internal OnnxMessage? Parent => parent;

    /// <summary>Whether the contents are read; false if the message is nested too deeply.</summary>
    internal virtual bool IsRead => true;

    /// <summary>This message's part of the path.</summary>
    protected abstract string Label { get; }

    /// <summary>The path from the model to this message.</summary>
    internal string Place
    {
        get
        {
            var labels = new Stack<string>();
            for (var at = this; at is not null; at = at.Parent)
            {
                // The model itself would be in every path, so it is left out.
                if (at.Parent is not null || at == this)
                    labels.Push(at.Label);
            }

            return string.Join('.', labels);
        }
    }

    internal abstract FieldKind KindOf(int field);

    /// <summary>Creates the message that begins in a field.</summary>
    internal virtual OnnxMessage BeginMessage(int field) =>
        throw new InvalidOperationException($"{Label} has no messages in field {field}");

    internal virtual void OnNumber(int field, long value)
    {
    }

    internal virtual void OnName(int field, string text)
    {
    }

    /// <summary>Handles bytes that are skipped, by their length.</summary>
    internal virtual void OnData(int field, long length)
    {
    }

    /// <summary>Handles bytes that are few enough to be kept.</summary>
    internal virtual void OnBytes(int field, ReadOnlySpan<byte> bytes)
    {
    }

    /// <summary>The values of the innermost graph or function around this message; null outside of both.</summary>
    protected ValueScope? FindScope()
    {
        for (var at = parent; at is not null; at = at.Parent)
        {
            if (at is GraphMessage graph)
                return graph.Scope;
            if (at is FunctionMessage function)
                return function.Scope;
        }

        return null;
    }

    /// <summary>Handles further values of a field that are only counted.</summary>
    internal virtual void OnCount(int field, long more)
    {
    }

    /// <summary>Handles the end of the message.</summary>
    internal virtual void OnEnd()
    {
    }

    /// <summary>Reads a name, and adds a finding if it is not a text that can be printed.</summary>
    internal void TakeName(int field, ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        OnName(field, text);
        if (!Utf8.IsValid(utf8) || text.Any(char.IsControl))
            context.Add(FindingCode.Name, this, $"the name '{Printable(text)}' is not valid UTF-8, or has control characters");
    }

    /// <summary>Records a field that may occur once. If it has occurred before, returns false and adds a finding.</summary>
    internal bool IsFirstOccurrence(int field)
    {
        // Every field that the rules need has a number below 64.
        var bit = 1UL << field;
        if ((occurred & bit) == 0)
        {
            occurred |= bit;
            return true;
        }

        context.Add(FindingCode.DuplicateField, this, $"field {field} occurs twice, but it may occur only once");
        return false;
    }

    /// <summary>A name that is safe to print: short, on one line, and without anything that a terminal would interpret.</summary>
    internal static string Printable(string name)
    {
        var text = new StringBuilder(Math.Min(name.Length, MaxPrintableName) + 3);
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, MaxPrintableName)))
            text.Append(IsPrintable(c) ? c : '?');
        return name.Length > MaxPrintableName ? text.Append("...").ToString() : text.ToString();
    }

    /// <summary>Another text that is safe to print.</summary>
    internal static string OneLine(string text) =>
        string.Create(text.Length, text, static (line, text) =>
        {
            for (var i = 0; i < text.Length; i++)
                line[i] = text[i] is '\r' or '\n' or '\t' ? ' ' : IsPrintable(text[i]) ? text[i] : '?';
        });

    /// <summary>Builds a label from a kind, an index in a list (omitted if negative) and a name (omitted if empty).</summary>
    protected static string LabelOf(string kind, int index, string name) =>
        $"{kind}{(index < 0 ? "" : $"[{index}]")}{(name.Length == 0 ? "" : $" '{Printable(name)}'")}";

    /// <summary>Checks the length of a description or another text against the limit.</summary>
    protected void RequireText(long length, string text)
    {
        if (length > context.Limits.TextBytes)
            context.Add(FindingCode.LimitText, this, $"{text} has {length} bytes; at most {context.Limits.TextBytes} are allowed");
    }

    /// <summary>Counts an entry of a list, and adds a finding at the first one past the limit.</summary>
    protected int CountEntry(ref int count, string entries)
    {
        if (count == context.Limits.Entries)
            context.Add(FindingCode.LimitEntries, this, $"it has more than {context.Limits.Entries} {entries}");
        return count++;
    }

    // Refuses control characters, line and paragraph separators, and characters that change the direction of text.
    private static bool IsPrintable(char c) => !(char.IsControl(c) || char.IsSurrogate(c) ||
        c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'));
}
