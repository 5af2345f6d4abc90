using System.Buffers;
using System.Runtime.InteropServices;

namespace ModelServing.OpenInference.Tensors;

/// <summary>The memory of elements, seen as bytes. So a caller's array is sent without a copy of it.</summary>
internal sealed class ElementBytes<T>(ReadOnlyMemory<T> elements) : MemoryManager<byte>
    where T : unmanaged
{
    private readonly Memory<T> memory = MemoryMarshal.AsMemory(elements);

    public override Span<byte> GetSpan() => MemoryMarshal.AsBytes(memory.Span);

    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        // Memory itself checks that the index is within its length.
        var handle = memory.Pin();
        return new MemoryHandle((byte*)handle.Pointer + elementIndex, pinnable: new Pinned(handle));
    }

    // Each handle frees its own pin.
    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }

    private sealed class Pinned(MemoryHandle handle) : IPinnable
    {
        private MemoryHandle handle = handle;

        public MemoryHandle Pin(int elementIndex) => throw new NotSupportedException();

        public void Unpin() => handle.Dispose();
    }
}
