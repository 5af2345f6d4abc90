using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace ModelServing.OpenInference.Tensors;

/// <summary>
/// A tensor: a data type, a shape, and the elements in row-major order. The elements are one block of memory, whatever their type is;
/// reading or writing a tensor allocates nothing for each of them.
/// </summary>
public sealed class Tensor
{
    /// <summary>The bytes of the length before each element of BYTES.</summary>
    internal const int LengthBytes = sizeof(int);

    private readonly long[] shape;

    private Tensor(Datatype datatype, long[] shape, int count, ReadOnlyMemory<byte> memory)
    {
        Datatype = datatype;
        this.shape = shape;
        Count = count;
        Memory = memory;
    }

    /// <summary>Gets the type of the elements.</summary>
    public Datatype Datatype { get; }

    /// <summary>Gets the length of each dimension.</summary>
    public IReadOnlyList<long> Shape => shape;

    /// <summary>Gets the number of elements.</summary>
    public int Count { get; }

    /// <summary>Gets the elements' memory in the machine's byte order. For BYTES, the little-endian length of each element in 4 bytes is
    /// before it.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    internal ReadOnlySpan<long> Lengths => shape;

    /// <summary>Makes a tensor of elements, which are not copied: they must not change while the tensor is used.</summary>
    /// <typeparam name="T">bool, a number of .NET from sbyte to double, Half or <see cref="BFloat16"/>.</typeparam>
    /// <param name="elements">The elements in row-major order.</param>
    /// <param name="shape">The length of each dimension; by default one dimension with all elements.</param>
    /// <exception cref="ArgumentException">The shape has another number of elements.</exception>
    public static Tensor From<T>(ReadOnlyMemory<T> elements, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var datatype = Datatypes.OfElements<T>();
        return new(datatype, Checked(shape, elements.Length), elements.Length, new ElementBytes<T>(elements).Memory);
    }

    /// <inheritdoc cref="From{T}(ReadOnlyMemory{T}, ReadOnlySpan{long})"/>
    public static Tensor From<T>(T[] elements, params ReadOnlySpan<long> shape)
        where T : unmanaged => From((ReadOnlyMemory<T>)elements, shape);

    /// <summary>Makes a tensor of type BYTES of texts, in UTF-8.</summary>
    public static Tensor FromText(IReadOnlyList<string> elements, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(elements);
        var lengths = Checked(shape, elements.Count);
        var size = 0;
        foreach (var text in elements)
            size = checked(size + LengthBytes + Encoding.UTF8.GetByteCount(text));
        var memory = new byte[size];
        var rest = memory.AsSpan();
        foreach (var text in elements)
        {
            var length = Encoding.UTF8.GetBytes(text, rest[LengthBytes..]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, length);
            rest = rest[(LengthBytes + length)..];
        }

        return new(Datatype.Bytes, lengths, elements.Count, memory);
    }

    /// <summary>Makes a tensor of type BYTES of elements that are any bytes.</summary>
    public static Tensor FromBytes(IReadOnlyList<ReadOnlyMemory<byte>> elements, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(elements);
        var lengths = Checked(shape, elements.Count);
        var size = 0;
        foreach (var element in elements)
            size = checked(size + LengthBytes + element.Length);
        var memory = new byte[size];
        var rest = memory.AsSpan();
        foreach (var element in elements)
        {
            BinaryPrimitives.WriteInt32LittleEndian(rest, element.Length);
            element.Span.CopyTo(rest[LengthBytes..]);
            rest = rest[(LengthBytes + element.Length)..];
        }

        return new(Datatype.Bytes, lengths, elements.Count, memory);
    }

    /// <summary>Makes a tensor of memory in the form of <see cref="Memory"/>, which is not copied.</summary>
    /// <exception cref="ArgumentException">The memory does not have the elements of the shape.</exception>
    public static Tensor FromMemory(Datatype datatype, ReadOnlyMemory<byte> memory, params ReadOnlySpan<long> shape)
    {
        if (CountIn(shape) is not { } count)
            throw new ArgumentException($"[{Text(shape)}] is not a shape that fits in memory", nameof(shape));
        return FaultOf(datatype, memory.Span, count) is { } fault
            ? throw new ArgumentException(fault, nameof(memory))
            : new(datatype, shape.ToArray(), count, memory);
    }

    /// <summary>Returns the elements, without a copy.</summary>
    /// <typeparam name="T">The .NET type for <see cref="Datatype"/>, as in <see cref="From{T}(ReadOnlyMemory{T}, ReadOnlySpan{long})"/>.
    /// </typeparam>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public ReadOnlySpan<T> Elements<T>()
        where T : unmanaged => Datatypes.OfElements<T>() == Datatype
            ? MemoryMarshal.Cast<byte, T>(Memory.Span)
            : throw new InvalidOperationException($"the elements are {Datatypes.NameOf(Datatype)}, and not {typeof(T).Name}");

    /// <summary>Returns the elements of a tensor of type BYTES, without a copy.</summary>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public ByteElements ByteElements() => Datatype == Datatype.Bytes
        ? new(Memory)
        : throw new InvalidOperationException($"the elements are {Datatypes.NameOf(Datatype)}, and not BYTES");

    /// <summary>Returns the elements of a tensor of type BYTES as texts in UTF-8.</summary>
    /// <exception cref="InvalidOperationException">The elements are of another type.</exception>
    public string[] ToText()
    {
        var texts = new string[Count];
        var next = 0;
        foreach (var element in ByteElements())
            texts[next++] = Encoding.UTF8.GetString(element.Span);
        return texts;
    }

    public override string ToString() => $"{Datatypes.NameOf(Datatype)} [{Text(shape)}]";

    /// <summary>Makes a tensor of memory that was already checked.</summary>
    internal static Tensor FromChecked(Datatype datatype, long[] shape, int count, ReadOnlyMemory<byte> memory) =>
        new(datatype, shape, count, memory);

    /// <summary>Returns the number of elements; null if a dimension is negative, or if the elements can't be in one block.</summary>
    internal static int? CountIn(ReadOnlySpan<long> shape)
    {
        long count = 1;
        var isEmpty = false;
        foreach (var length in shape)
        {
            if (length < 0)
                return null;
            if (length == 0)
                isEmpty = true;
            else if (count > int.MaxValue / length)
                count = long.MaxValue;
            else
                count *= length;
        }

        return isEmpty ? 0 : count <= int.MaxValue ? (int)count : null;
    }

    /// <summary>Says what is wrong with elements; null if nothing is.</summary>
    internal static string? FaultOf(Datatype datatype, ReadOnlySpan<byte> memory, int count)
    {
        if (datatype == Datatype.Bytes)
        {
            return Tensors.ByteElements.TryCount(memory, out var found) && found == count
                ? null
                : $"{memory.Length} bytes are not {count} elements with their lengths";
        }

        var size = Datatypes.SizeOf(datatype);
        if (memory.Length != (long)count * size)
            return $"{count} elements of {Datatypes.NameOf(datatype)} have {(long)count * size} bytes, and not {memory.Length}";
        return datatype == Datatype.Bool && memory.ContainsAnyExceptInRange((byte)0, (byte)1)
            ? "a byte of BOOL is neither 0 nor 1"
            : null;
    }

    private static long[] Checked(ReadOnlySpan<long> shape, int count)
    {
        if (shape.IsEmpty)
            return [count];
        return CountIn(shape) == count
            ? shape.ToArray()
            : throw new ArgumentException($"the shape [{Text(shape)}] does not have {count} elements", nameof(shape));
    }

    private static string Text(ReadOnlySpan<long> shape) => string.Join(',', shape.ToArray());
}
