using System.Buffers;
using System.Runtime.InteropServices;

namespace ModelServing.Inference.Memory;

/// <summary>
/// Bytes outside of the runtime's heap. They go back to the system when they are disposed of. A large array would stay until the garbage
/// collector has a reason to run, and it does not see the tensors that share the container with it.
/// </summary>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private byte* bytes;
    private int length;

    internal NativeBytes(int length)
    {
        bytes = (byte*)NativeMemory.Alloc((nuint)length);
        this.length = length;
    }

    internal int Length => length;

    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(bytes is null, this);
        return new Span<byte>(bytes, length);
    }

    /// <summary>Makes the memory larger, and keeps its content. Spans of it are not valid any more.</summary>
    internal void Grow(int larger)
    {
        ObjectDisposedException.ThrowIf(bytes is null, this);
        bytes = (byte*)NativeMemory.Realloc(bytes, (nuint)larger);
        length = larger;
    }

    public override MemoryHandle Pin(int elementIndex = 0) => new(bytes + elementIndex);

    public override void Unpin()
    {
        // It never moves.
    }

    /// <summary>Gives the memory back. A second call does nothing.</summary>
    internal void Free()
    {
        NativeMemory.Free(bytes);
        bytes = null;
        length = 0;
    }

    protected override void Dispose(bool disposing) => Free();
}
