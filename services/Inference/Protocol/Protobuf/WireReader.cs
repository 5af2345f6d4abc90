using System.Text.Unicode;

namespace ModelServing.Inference.Protocol.Protobuf;

/// <summary>
/// Moves through the fields of a message on the wire, without a copy of them. A fault names the field. Fields that the message does not
/// have are the caller's to pass over, as is usual with Protocol Buffers. They are not looked into, so no depth of theirs costs anything.
/// </summary>
/// <param name="place">Its place in the request.</param>
/// <param name="names">The names of its fields, by their numbers.</param>
internal ref struct WireReader(ReadOnlySpan<byte> message, Field place, string[] names)
{
    private const int TypeBits = 3;

    private readonly ReadOnlySpan<byte> message = message;
    private ReadOnlySpan<byte> bytes;
    private ulong varint;
    private int at;

    /// <summary>The number of the current field.</summary>
    internal int Number { get; private set; }

    internal WireType Type { get; private set; }

    /// <summary>The place of the current field.</summary>
    internal readonly Field Field => place.In(Number < names.Length ? names[Number] : $"field {Number}");

    /// <summary>The value, which must be a whole number.</summary>
    internal readonly ulong Whole => Type == WireType.Varint ? varint : throw WrongType(WireType.Varint);

    /// <summary>The value, which must have a length.</summary>
    internal readonly ReadOnlySpan<byte> Bytes => Type == WireType.Bytes ? bytes : throw WrongType(WireType.Bytes);

    /// <summary>The value, which must be a text in UTF-8.</summary>
    internal readonly ReadOnlySpan<byte> Text =>
        Utf8.IsValid(Bytes) ? bytes : throw Field.Fault("it has bytes that are not valid UTF-8");

    /// <summary>The bytes of a value of fixed size.</summary>
    internal readonly ReadOnlySpan<byte> Fixed => bytes;

    /// <summary>Moves to the next field; false at the end.</summary>
    /// <exception cref="RequestFaultException">The bytes are not a field.</exception>
    internal bool Next()
    {
        if (at == message.Length)
            return false;
        var start = at;
        if (!Varint.TryRead(message, ref at, out var tag) || tag > uint.MaxValue || tag >> TypeBits == 0)
        {
            throw place.Fault(
                $"{(place.ToString().Length == 0 ? "the body" : "it")} can't be read as a message: no field begins at byte {start} of " +
                $"{message.Length}");
        }

        Number = (int)(tag >> TypeBits);
        Type = (WireType)(tag & ((1 << TypeBits) - 1));
        switch (Type)
        {
            case WireType.Varint:
                varint = Read("a whole number");
                break;
            case WireType.Fixed64:
                bytes = Take(sizeof(ulong));
                break;
            case WireType.Bytes:
                bytes = Take(Read("a length"));
                break;
            case WireType.Fixed32:
                bytes = Take(sizeof(uint));
                break;
            default:
                throw Field.Fault($"it has the wire type {(int)Type}, which no field of the protocol has");
        }

        return true;
    }

    /// <summary>The fault of a field that has another type than the message says.</summary>
    internal readonly RequestFaultException WrongType(WireType expected) =>
        Field.Fault($"it has the wire type {(int)Type}; it must be {(int)expected}");

    private ulong Read(string what) => Varint.TryRead(message, ref at, out var number)
        ? number
        : throw Field.Fault($"it is not {what}: the bytes end within it, or it has more than 64 bits");

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(message.Length - at))
            throw Field.Fault($"its length is {length}, but {message.Length - at} bytes follow");
        var taken = message.Slice(at, (int)length);
        at += (int)length;
        return taken;
    }
}
