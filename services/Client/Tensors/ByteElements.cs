using System.Buffers.Binary;

namespace ModelServing.OpenInference.Tensors;

/// <summary>The elements of a tensor of type BYTES, one after the other.</summary>
public struct ByteElements
{
    private ReadOnlyMemory<byte> rest;

    internal ByteElements(ReadOnlyMemory<byte> memory) => rest = memory;

    /// <summary>Gets the bytes of the current element.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    public readonly ByteElements GetEnumerator() => this;

    public bool MoveNext()
    {
        if (rest.IsEmpty)
            return false;
        var length = BinaryPrimitives.ReadInt32LittleEndian(rest.Span);
        Current = rest.Slice(Tensor.LengthBytes, length);
        rest = rest[(Tensor.LengthBytes + length)..];
        return true;
    }

    /// <summary>Counts elements that may be cut short.</summary>
    internal static bool TryCount(ReadOnlySpan<byte> memory, out int count)
    {
        count = 0;
        while (!memory.IsEmpty)
        {
            if (memory.Length < Tensor.LengthBytes)
                return false;
            var length = BinaryPrimitives.ReadInt32LittleEndian(memory);
            if (length < 0 || length > memory.Length - Tensor.LengthBytes)
                return false;
            memory = memory[(Tensor.LengthBytes + length)..];
            count++;
        }

        return true;
    }
}
