using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ModelServing.OpenInference.Tensors;

/// <summary>Elements are little-endian on the wire, and in the machine's order in memory.</summary>
internal static class ByteOrder
{
    /// <summary>Returns elements as the wire has them. On a little-endian machine, they are that already.</summary>
    /// <param name="elements">The elements in the machine's order.</param>
    /// <param name="size">The bytes of an element.</param>
    /// <param name="isLittleEndian">The machine's order.</param>
    internal static ReadOnlyMemory<byte> ToWire(ReadOnlyMemory<byte> elements, int size, bool isLittleEndian)
    {
        if (isLittleEndian || size <= 1)
            return elements;
        var wire = elements.ToArray();
        Reverse(wire, size);
        return wire;
    }

    /// <summary>Reverses the bytes of each element in place.</summary>
    internal static void Reverse(Span<byte> elements, int size)
    {
        switch (size)
        {
            case 2:
                var twos = MemoryMarshal.Cast<byte, ushort>(elements);
                BinaryPrimitives.ReverseEndianness(twos, twos);
                break;
            case 4:
                var fours = MemoryMarshal.Cast<byte, uint>(elements);
                BinaryPrimitives.ReverseEndianness(fours, fours);
                break;
            case 8:
                var eights = MemoryMarshal.Cast<byte, ulong>(elements);
                BinaryPrimitives.ReverseEndianness(eights, eights);
                break;
        }
    }
}
