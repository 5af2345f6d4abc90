using System.Text;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A message of an ONNX file while it is read: which fields it has, and the rules that it is held against.</summary>
/// <remarks>
/// Field numbers are those of onnx.proto. A field that a later version of the format adds is passed over, as the runtime does; if it can
/// hold a tensor or a graph, it has to be added here.
/// </remarks>
internal abstract class OnnxMessage(OnnxContext context, OnnxMessage? parent)
{
    private const int ShownName = 60;

    private ulong given;

    /// <summary>What all messages of the file share.</summary>
    protected OnnxContext Context => context;

    /// <summary>The message around this one.</summary>
    internal OnnxMessage? Parent => parent;

    /// <summary>Whether what is in it is read; not where it is too deep.</summary>
    internal virtual bool IsRead => true;

    /// <summary>What this is within the message around it.</summary>
    protected abstract string Label { get; }

    /// <summary>The path to it.</summary>
    internal string Place
    {
        get
        {
            var labels = new Stack<string>();
            for (var at = this; at is not null; at = at.Parent)
            {
                // The model itself is in every path.
                if (at.Parent is not null || at == this)
                    labels.Push(at.Label);
            }

            return string.Join('.', labels);
        }
    }

    /// <summary>What a field holds.</summary>
    internal abstract FieldKind KindOf(int field);

    /// <summary>Makes the message that begins in a field.</summary>
    internal virtual OnnxMessage Begin(int field) => throw new InvalidOperationException($"{Label} has no messages in field {field}");

    /// <summary>Takes a number.</summary>
    internal virtual void Number(int field, long value)
    {
    }

    /// <summary>Takes a name.</summary>
    internal virtual void Name(int field, string text)
    {
    }

    /// <summary>Takes the length of bytes that are passed over.</summary>
    internal virtual void Data(int field, long length)
    {
    }

    /// <summary>Takes how many more values a field has.</summary>
    internal virtual void Count(int field, long more)
    {
    }

    /// <summary>All of it was read.</summary>
    internal virtual void End()
    {
    }

    /// <summary>Notes that a field is given that may be given once; false, and a finding, when it was before.</summary>
    internal bool IsFirst(int field)
    {
        // Every field that is asked for has a number below 64.
        var bit = 1UL << field;
        if ((given & bit) == 0)
        {
            given |= bit;
            return true;
        }

        context.Add(FindingCode.DuplicateField, this, $"field {field} is given twice and may be given once");
        return false;
    }

    /// <summary>A name as it may be shown: short, on one line, and with nothing that a terminal would obey.</summary>
    internal static string Shown(string name)
    {
        var shown = new StringBuilder(Math.Min(name.Length, ShownName) + 3);
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, ShownName)))
            shown.Append(char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? '?' : c);
        return name.Length > ShownName ? shown.Append("...").ToString() : shown.ToString();
    }

    /// <summary>A label of a kind, a number in its list (none below 0), and a name (none when it is empty).</summary>
    protected static string LabelOf(string kind, int index, string name) =>
        $"{kind}{(index < 0 ? "" : $"[{index}]")}{(name.Length == 0 ? "" : $" '{Shown(name)}'")}";

    /// <summary>Holds a description's or another text's length against the limit.</summary>
    protected void RequireText(long length, string what)
    {
        if (length > context.Limits.TextBytes)
            context.Add(FindingCode.LimitText, this, $"{what} has {length} bytes; at most {context.Limits.TextBytes} are allowed");
    }

    /// <summary>Counts an entry of a list; a finding at the first one past the limit.</summary>
    protected int Entry(ref int count, string what)
    {
        if (count == context.Limits.Entries)
            context.Add(FindingCode.LimitEntries, this, $"it has more than {context.Limits.Entries} {what}");
        return count++;
    }
}
