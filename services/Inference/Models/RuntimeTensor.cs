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

    private RuntimeTensor(OrtValue value, long[] shape, long count, void* own)
    {
        Value = value;
        Shape = shape;
        Count = count;
        this.own = own;
        elements = own;
    }

    internal OrtValue Value { get; }

    internal long[] Shape { get; }

    /// <summary>The number of elements.</summary>
    internal long Count { get; }

    public void Dispose()
    {
        Value.Dispose();
        NativeMemory.AlignedFree(own);
        elements = null;
    }

    /// <summary>A tensor of zeros or false.</summary>
    /// <param name="type">The elements' type, which is not a string.</param>
    internal static RuntimeTensor Create(TensorElementType type, int elementBytes, long[] shape)
    {
        var count = CountOf(shape);
        var bytes = checked((nuint)(count * elementBytes));
        var memory = NativeMemory.AlignedAlloc(Math.Max(1, bytes), Alignment);
        try
        {
            NativeMemory.Clear(memory, bytes);
            var value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, type, shape, (nint)memory, (long)bytes);
            return new RuntimeTensor(value, shape, count, memory);
        }
        catch
        {
            NativeMemory.AlignedFree(memory);
            throw;
        }
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
        where T : unmanaged
    {
        if (elements is null && Count > 0)
            elements = Unsafe.AsPointer(ref MemoryMarshal.GetReference(Value.GetTensorMutableRawData()));
        return new Span<T>(elements, checked((int)Count));
    }

    /// <summary>The memory of the elements, which are not strings.</summary>
    internal Span<byte> Bytes(int elementBytes)
    {
        // Finds where it is.
        _ = Elements<byte>();
        return new Span<byte>(elements, checked((int)(Count * elementBytes)));
    }

    private static long CountOf(long[] shape)
    {
        var count = 1L;
        foreach (var length in shape)
            count = checked(count * length);
        return count;
    }
}
