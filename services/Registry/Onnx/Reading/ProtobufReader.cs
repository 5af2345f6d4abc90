using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>
/// Reads a Protocol Buffers message in one pass, in chunks of any size, and passes its fields to <see cref="OnnxMessage"/>. It holds one
/// name at a time and no data, is not recursive, and allocates nothing for the sizes that a file announces.
/// </summary>
/// <remarks>
/// <code>
/// 1 field     the field's number and wire type, after ending the messages that end here
/// 2 length    the length of the value, which must fit into the message around it
/// 3 value     a number, packed numbers, a name, a nested message (back to 1), or bytes that are skipped
/// </code>
/// Malformed bytes end the reading, because everything after them is meaningless. A message that is nested too deeply is skipped as a
/// whole. <para>This reader is written by hand because Google.Protobuf's CodedInputStream could do the wire layer but not the policy:
/// streaming in bounded memory, without recursion, and refusing every message that two parsers could read in two ways.</para>
/// </remarks>
internal sealed class ProtobufReader
{
    private const int MaxFieldNumber = (1 << 29) - 1;

    private readonly OnnxContext context;
    private readonly MessageStack messages;
    private readonly byte[] name;

    private State state = State.Field;
    private long position;
    private bool failed;

    private VarintDecoder varint;

    // The field whose value is being read.
    private int field;
    private FieldKind kind;
    private long valueEnd;
    private int nameLength;

    /// <param name="context">The limits, and the receiver of findings.</param>
    /// <param name="root">The outermost message.</param>
    /// <param name="length">The number of bytes of the outermost message.</param>
    internal ProtobufReader(OnnxContext context, OnnxMessage root, long length)
    {
        this.context = context;
        messages = new MessageStack(root, length, context.Limits.Nesting);
        name = new byte[context.Limits.NameBytes];
    }

    private enum State
    {
        Field,
        Number,
        Length,
        Packed,
        Name,
        Bytes,
        Skip,
    }

    /// <summary>Whether everything so far was read; false once reading has stopped.</summary>
    internal bool IsWhole => !failed && !context.ShouldStop;

    private OnnxMessage Message => messages.Current;

    /// <summary>Reads the next chunk.</summary>
    internal void Read(ReadOnlySpan<byte> bytes)
    {
        while (IsWhole)
        {
            // A message can end without further bytes: an empty one, or one that ends with the last byte.
            if (state == State.Field)
                messages.EndAt(position);
            if (bytes.IsEmpty)
                return;
            var taken = state switch
            {
                State.Field => ReadField(bytes),
                State.Number => ReadNumber(bytes),
                State.Length => ReadLength(bytes),
                State.Packed => ReadPacked(bytes),
                State.Name or State.Bytes => ReadName(bytes),
                _ => Skip(bytes),
            };
            bytes = bytes[taken..];
            position += taken;
        }
    }

    /// <summary>Ends the reading after the last chunk.</summary>
    internal void End()
    {
        if (!IsWhole)
            return;
        if (state == State.Field && messages.IsAtRoot && position == messages.CurrentEnd)
            Message.OnEnd();
        else
            Fail($"the bytes end inside {Message.Place}", position);
    }

    private int ReadField(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadVarint(bytes, position, messages.CurrentEnd, out var taken, out var tag))
            return taken;
        var wire = (int)(tag & 7);
        if (tag >> 3 is 0 or > MaxFieldNumber)
            return Fail($"{tag >> 3} is not a valid field number", varint.Start);
        field = (int)(tag >> 3);
        kind = Message.KindOf(field);
        switch (wire)
        {
            case 0:
                state = State.Number;
                break;
            case 1 or 5:
                SkipFixed(wire == 1 ? 8 : 4, position + taken);
                break;
            case 2:
                state = State.Length;
                break;
            default:
                return Fail($"ONNX does not use wire type {wire}", varint.Start);
        }

        return taken;
    }

    private void SkipFixed(int size, long at)
    {
        if (size > messages.CurrentEnd - at)
        {
            Fail($"a value of {size} bytes extends past the end of {Message.Place}", at);
            return;
        }

        if (kind == (size == 4 ? FieldKind.Fixed32 : FieldKind.Fixed64))
            Message.OnCount(field, 1);
        SkipTo(at + size);
    }

    private int ReadNumber(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadVarint(bytes, position, messages.CurrentEnd, out var taken, out var value))
            return taken;
        state = State.Field;
        if (kind == FieldKind.CountedNumbers)
            Message.OnCount(field, 1);
        else if (kind is FieldKind.Number or FieldKind.Numbers && (kind == FieldKind.Numbers || Message.IsFirstOccurrence(field)))
            Message.OnNumber(field, (long)value);
        return taken;
    }

    private int ReadLength(ReadOnlySpan<byte> bytes)
    {
        if (!TryReadVarint(bytes, position, messages.CurrentEnd, out var taken, out var length))
            return taken;
        var at = position + taken;
        if (length > (ulong)(messages.CurrentEnd - at))
            return Fail($"{length} bytes are announced, but only {messages.CurrentEnd - at} bytes of {Message.Place} remain", varint.Start);
        valueEnd = at + (long)length;
        BeginValue(at, (long)length);
        return taken;
    }

    private void BeginValue(long at, long length)
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
                    Fail($"{length} bytes can't be a list of {size}-byte values", at);
                else
                    Message.OnCount(field, length / size);
                break;
            case FieldKind.Names:
            case FieldKind.Name when Message.IsFirstOccurrence(field):
                BeginName(length);
                break;
            case FieldKind.FewBytes when Message.IsFirstOccurrence(field):
                Message.OnData(field, length);
                if (length > 0 && length <= name.Length)
                    (nameLength, state) = (0, State.Bytes);
                break;
            case FieldKind.DataList:
            case FieldKind.Data when Message.IsFirstOccurrence(field):
                Message.OnData(field, length);
                break;
            case FieldKind.Messages:
            case FieldKind.Message when Message.IsFirstOccurrence(field):
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
        var inner = Message.BeginMessage(field);
        context.CountMessage(inner);
        if (messages.IsFull)
        {
            context.Add(
                FindingCode.Nesting, inner, $"messages are nested more than {context.Limits.Nesting} deep; deeper ones were not read");
            return;
        }

        if (!inner.IsRead)
            return;
        messages.Push(inner, valueEnd);
        state = State.Field;
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
                Message.OnCount(field, 1);
            else
                Message.OnNumber(field, (long)value);
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
        var isName = state == State.Name;
        state = State.Field;
        if (isName)
            Message.TakeName(field, name.AsSpan(0, nameLength));
        else
            Message.OnBytes(field, name.AsSpan(0, nameLength));
    }

    private void SkipTo(long end)
    {
        valueEnd = end;
        state = State.Skip;
    }

    private int Skip(ReadOnlySpan<byte> bytes)
    {
        var taken = (int)Math.Min(bytes.Length, valueEnd - position);
        if (position + taken == valueEnd)
            state = State.Field;
        return taken;
    }

    /// <summary>Reads a number; false if more bytes are needed, or if reading failed.</summary>
    private bool TryReadVarint(ReadOnlySpan<byte> bytes, long at, long end, out int taken, out ulong value)
    {
        var status = varint.Read(bytes, at, end, out taken, out value);
        if (status == VarintStatus.PastEnd)
            taken = Fail($"a number extends past the end of {Message.Place}", varint.Start);
        else if (status == VarintStatus.TooLarge)
            taken = Fail("a number has more than 64 bits", varint.Start);
        return status == VarintStatus.Complete;
    }

    private int Fail(string why, long at)
    {
        failed = true;
        context.Add(FindingCode.Protobuf, RegistryLayout.ModelFile, $"it is not an ONNX model: at byte {at}: {why}");
        return 0;
    }
}
