using System.Buffers.Binary;
using System.Numerics;

namespace ModelServing.Spool;

/// <summary>CRC-32C (Castagnoli; RFC 3720, appendix B.4), by the processor's own instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>Adds bytes to a checksum; the first call gets 0.</summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var next in bytes)
            crc = BitOperations.Crc32C(crc, next);
        return ~crc;
    }

    /// <summary>Adds a number to a checksum, in little-endian order.</summary>
    public static uint Append(uint checksum, ulong number) => ~BitOperations.Crc32C(~checksum, number);
}
