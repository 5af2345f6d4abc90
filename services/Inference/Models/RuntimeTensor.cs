using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelServing.Inference.Models;

/// <summary>A tensor of the runtime, with its shape and the place of its elements. To ask the runtime for these takes several native calls
/// each time, which a small model would notice.</summary>
internal sealed unsafe class RuntimeTensor : IDisposable
{
    // The runtime's own tensors begin at such an address, and its kernels are fastest there.
    private const int Alignment = 64;

    private readonly void* own;
    private void* elements;

    private readonly TensorElementType type;
    private readonly int elementBytes;
    private OrtValue? value;

    private RuntimeTensor(OrtValue? value, long[] shape, long count, void* own, TensorElementType type = default, int elementBytes = 0)
    {
        this.value = value;
        Shape = shape;
        Count = count;
        this.own = own;
        this.type = type;
        this.elementBytes = elementBytes;
        // The C library is several times as fast if it may choose the address.
        elements = own is null ? null : (void*)(((nint)own + Alignment - 1) & ~(nint)(Alignment - 1));
    }

    /// <summary>The runtime's own form. The tensors of most calls are copied into a batch and never need it.</summary>
    internal OrtValue Value => value ??= OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, type, Shape, (nint)elements, Count * elementBytes);

    internal long[] Shape { get; }

    /// <summary>The number of elements.</summary>
    internal long Count { get; }

    public void Dispose()
    {
        value?.Dispose();
        NativeMemory.Free(own);
        elements = null;
    }

    /// <summary>A tensor of zeros or false.</summary>
    /// <param name="type">The elements' type, which is not a string.</param>
    internal static RuntimeTensor Create(TensorElementType type, int elementBytes, long[] shape)
    {
        var count = CountOf(shape);
        var bytes = checked((nuint)(count * elementBytes));
        var tensor = new RuntimeTensor(null, shape, count, NativeMemory.Alloc(checked(bytes + Alignment)), type, elementBytes);
        NativeMemory.Clear(tensor.elements, bytes);
        return tensor;
    }

    /// <summary>A tensor of empty strings. Its elements are only in <see cref="Value"/>.</summary>
    internal static RuntimeTensor CreateText(long[] shape) =>
        new(OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape), shape, CountOf(shape), null);

    /// <summary>The tensors that the model has made. They stay the collection's own, which disposes of them.</summary>
    internal static RuntimeTensor[] OfOutputs(IReadOnlyList<OrtValue> values)
    {
        var tensors = new RuntimeTensor[values.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            var info = values[i].GetTensorTypeAndShape();
            tensors[i] = new RuntimeTensor(values[i], info.Shape, info.ElementCount, null);
        }

        return tensors;
    }

    /// <summary>The elements, which are not strings, in row-major order.</summary>
    internal Span<T> Elements<T>()
        where T : unmanaged => new(Start(), checked((int)Count));

    /// <summary>The elements' bytes. They are not strings.</summary>
    /// <param name="elementSize">The bytes of an element.</param>
    internal Span<byte> Bytes(int elementSize) => new(Start(), checked((int)(Count * elementSize)));

    /// <summary>Some of the rows. They stay this tensor's own, which disposes of them.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="rows">The number of rows.</param>
    /// <param name="elementSize">The bytes of an element, which is not a string.</param>
    internal RuntimeTensor RowsOf(int first, int rows, int elementSize)
    {
        var row = Count / Shape[0];
        return new RuntimeTensor(null, [rows, .. Shape.AsSpan(1)], rows * row, null)
        {
            elements = (byte*)Start() + (first * row * elementSize),
        };
    }

    private void* Start()
    {
        if (elements is null && Count > 0)
            elements = Unsafe.AsPointer(ref MemoryMarshal.GetReference(Value.GetTensorMutableRawData()));
        return elements;
    }

    private static long CountOf(long[] shape)
    {
        var count = 1L;
        foreach (var length in shape)
            count = checked(count * length);
        return count;
    }
}
