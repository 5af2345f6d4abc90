using System.Text;
using System.Text.Unicode;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>
/// Reads a message of Protocol Buffers in one pass, in chunks of any size, and tells <see cref="OnnxMessage"/> what stands in it. It holds a
/// name at a time and no data, calls itself never, and allocates nothing for what a length merely announces.
/// </summary>
/// <remarks>
/// <code>
/// 1 field     the field's number and wire type; messages that end here are ended first
/// 2 length    of what follows; it has to fit into the message around it
/// 3 value     a number, packed numbers, a name, a message that begins (back to 1), or bytes that are passed over
/// </code>
/// What can't be read ends the reading: from there on nothing can be known of the bytes. What is too deep is passed over as a whole.
/// </remarks>
internal sealed class ProtobufReader
{
    private const int MaxFieldNumber = (1 << 29) - 1;

    private readonly OnnxContext context;
    private readonly OnnxMessage[] messages;
    private readonly long[] ends;
    private readonly byte[] name;

    private State state = State.Field;
    private int depth;
    private long position;
    private bool failed;

    // The number that is being read.
    private ulong varint;
    private int shift;
    private long numberAt;

    // The field whose value is being read.
    private int field;
    private FieldKind kind;
    private long valueEnd;
    private int nameLength;

    /// <summary>Makes one.</summary>
    /// <param name="context">The limits, and where faults go.</param>
    /// <param name="root">The message that the bytes are.</param>
    /// <param name="length">How many bytes there are.</param>
    internal ProtobufReader(OnnxContext context, OnnxMessage root, long length)
    {
        this.context = context;
        messages = new OnnxMessage[context.Limits.Nesting + 1];
        ends = new long[context.Limits.Nesting + 1];
        name = new byte[context.Limits.NameBytes];
        messages[0] = root;
        ends[0] = length;
    }

    private enum State
    {
        Field,
        Number,
        Length,
        Packed,
        Name,
        Skip,
    }

    /// <summary>Whether all that was read so far could be.</summary>
    internal bool IsWhole => !failed && !context.IsEnough;

    private OnnxMessage Message => messages[depth];

    /// <summary>Reads on.</summary>
    internal void Read(ReadOnlySpan<byte> bytes)
    {
        while (IsWhole)
        {
            // Ends are reached with no bytes too: of empty messages, and after the last byte.
            if (state == State.Field)
                EndMessages();
            if (bytes.IsEmpty)
                return;
            var taken = state switch
            {
                State.Field => ReadField(bytes),
                State.Number => ReadNumber(bytes),
                State.Length => ReadLength(bytes),
                State.Packed => ReadPacked(bytes),
                State.Name => ReadName(bytes),
                _ => Skip(bytes),
            };
            bytes = bytes[taken..];
            position += taken;
        }
    }

    /// <summary>Says that there are no more bytes.</summary>
    internal void End()
    {
        if (!IsWhole)
            return;
        if (state == State.Field && depth == 0 && position == ends[0])
            Message.End();
        else
            Fail($"the bytes end within {Message.Place}", position);
    }

    private int ReadField(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadVarint(bytes, position, ends[depth], out var taken, out var tag))
            return taken;
        var wire = (int)(tag & 7);
        if (tag >> 3 is 0 or > MaxFieldNumber)
            return Fail($"no field has the number {tag >> 3}", numberAt);
        field = (int)(tag >> 3);
        kind = Message.KindOf(field);
        switch (wire)
        {
            case 0:
                state = State.Number;
                break;
            case 1 or 5:
                Fixed(wire == 1 ? 8 : 4, position + taken);
                break;
            case 2:
                state = State.Length;
                break;
            default:
                return Fail($"the wire type {wire} is not one that ONNX uses", numberAt);
        }

        return taken;
    }

    private void Fixed(int size, long at)
    {
        if (size > ends[depth] - at)
        {
            Fail($"a value of {size} bytes goes past the end of {Message.Place}", at);
            return;
        }

        if (kind == (size == 4 ? FieldKind.Fixed32 : FieldKind.Fixed64))
            Message.Count(field, 1);
        SkipTo(at + size);
    }

    private int ReadNumber(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadVarint(bytes, position, ends[depth], out var taken, out var value))
            return taken;
        state = State.Field;
        if (kind == FieldKind.CountedNumbers)
            Message.Count(field, 1);
        else if (kind is FieldKind.Number or FieldKind.Numbers && (kind == FieldKind.Numbers || Message.IsFirst(field)))
            Message.Number(field, (long)value);
        return taken;
    }

    private int ReadLength(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadVarint(bytes, position, ends[depth], out var taken, out var length))
            return taken;
        var at = position + taken;
        if (length > (ulong)(ends[depth] - at))
            return Fail($"{length} bytes are announced where {Message.Place} has {ends[depth] - at} left", numberAt);
        valueEnd = at + (long)length;
        Begin(at, (long)length);
        return taken;
    }

    private void Begin(long at, long length)
    {
        SkipTo(valueEnd);
        switch (kind)
        {
            case FieldKind.Numbers or FieldKind.CountedNumbers:
                state = length > 0 ? State.Packed : State.Field;
                break;
            case FieldKind.Fixed32 or FieldKind.Fixed64:
                var size = kind == FieldKind.Fixed32 ? 4 : 8;
                if (length % size != 0)
                    Fail($"{length} bytes can't be values of {size}", at);
                else
                    Message.Count(field, length / size);
                break;
            case FieldKind.Name when Message.IsFirst(field):
                BeginName(length);
                break;
            case FieldKind.DataList:
            case FieldKind.Data when Message.IsFirst(field):
                Message.Data(field, length);
                break;
            case FieldKind.Messages:
            case FieldKind.Message when Message.IsFirst(field):
                BeginMessage();
                break;
        }
    }

    private void BeginName(long length)
    {
        if (length > name.Length)
        {
            context.Add(FindingCode.LimitText, Message, $"a name has {length} bytes; at most {name.Length} are allowed");
            return;
        }

        nameLength = 0;
        state = State.Name;
        if (length == 0)
            EndName();
    }

    private void BeginMessage()
    {
        var inner = Message.Begin(field);
        context.CountMessage(inner);
        if (depth + 1 == messages.Length)
        {
            context.Add(FindingCode.Nesting, inner, $"messages are more than {context.Limits.Nesting} deep in each other; what is deeper was not read");
            return;
        }

        if (!inner.IsRead)
            return;
        depth++;
        (messages[depth], ends[depth]) = (inner, valueEnd);
        state = State.Field;
    }

    private void EndMessages()
    {
        while (depth > 0 && position == ends[depth])
        {
            Message.End();
            messages[depth--] = null!;
        }
    }

    private int ReadPacked(ReadOnlySpan<byte> bytes)
    {
        var taken = 0;
        while (position + taken < valueEnd && taken < bytes.Length)
        {
            if (!TryReadVarint(bytes[taken..], position + taken, valueEnd, out var more, out var value))
                return taken + more;
            taken += more;
            if (kind == FieldKind.CountedNumbers)
                Message.Count(field, 1);
            else
                Message.Number(field, (long)value);
        }

        if (position + taken == valueEnd)
            state = State.Field;
        return taken;
    }

    private int ReadName(ReadOnlySpan<byte> bytes)
    {
        var taken = (int)Math.Min(bytes.Length, valueEnd - position);
        bytes[..taken].CopyTo(name.AsSpan(nameLength));
        nameLength += taken;
        if (position + taken == valueEnd)
            EndName();
        return taken;
    }

    private void EndName()
    {
        state = State.Field;
        var utf8 = name.AsSpan(0, nameLength);
        var text = Encoding.UTF8.GetString(utf8);
        Message.Name(field, text);
        if (!Utf8.IsValid(utf8) || text.Any(char.IsControl))
            context.Add(FindingCode.Name, Message, $"the name '{OnnxMessage.Shown(text)}' is no UTF-8 text without control characters");
    }

    private void SkipTo(long end) => (valueEnd, state) = (end, State.Skip);

    private int Skip(ReadOnlySpan<byte> bytes)
    {
        var taken = (int)Math.Min(bytes.Length, valueEnd - position);
        if (position + taken == valueEnd)
            state = State.Field;
        return taken;
    }

    /// <summary>Reads a number; false when it needs more bytes than there are now, or failed.</summary>
    private bool TryReadVarint(ReadOnlySpan<byte> bytes, long at, long end, out int taken, out ulong value)
    {
        value = 0;
        // Its first bytes may have been in an earlier chunk.
        if (shift == 0)
            numberAt = at;
        for (taken = 0; taken < bytes.Length;)
        {
            if (at + taken >= end)
            {
                taken = Fail($"a number goes past the end of {Message.Place}", numberAt);
                return false;
            }

            var next = bytes[taken++];
            if (shift == 63 && next > 1)
            {
                taken = Fail("a number has more than 64 bits", numberAt);
                return false;
            }

            varint |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                value = varint;
                (varint, shift) = (0, 0);
                return true;
            }

            shift += 7;
        }

        return false;
    }

    private int Fail(string why, long at)
    {
        failed = true;
        context.Add(FindingCode.Protobuf, RegistryLayout.ModelFile, $"it is no ONNX model: at byte {at}: {why}");
        return 0;
    }
}
