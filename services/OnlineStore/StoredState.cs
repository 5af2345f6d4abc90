using System.Buffers.Binary;
using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>The value of an entity in the cache: the number of the fill, 8 bytes, and the engine's state.</summary>
internal static class StoredState
{
    private const int HeadBytes = sizeof(ulong);

    internal static byte[] Write(FeatureEngine engine, EntityState state, ulong fill)
    {
        var encoded = engine.Encode(state);
        var value = new byte[HeadBytes + encoded.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(value, fill);
        encoded.CopyTo(value.AsSpan(HeadBytes));
        return value;
    }

    /// <summary>The number of the fill of a value; null if the value is missing.</summary>
    internal static ulong? NumberOf(ReadOnlySpan<byte> value) =>
        value.Length > HeadBytes ? BinaryPrimitives.ReadUInt64LittleEndian(value) : null;

    /// <summary>The state in a value; empty if the value is missing, or is of another fill.</summary>
    internal static ReadOnlyMemory<byte> StateOf(ReadOnlyMemory<byte> value, ulong fill) =>
        NumberOf(value.Span) == fill ? value[HeadBytes..] : default;

    /// <summary>Reads a value; null if it is missing, or is of another fill.</summary>
    /// <exception cref="FeatureStateException">The value is damaged.</exception>
    internal static EntityState? Read(FeatureEngine engine, byte[]? value, ulong fill) =>
        StateOf(value, fill) is { IsEmpty: false } state ? engine.Decode(state.Span) : null;
}
