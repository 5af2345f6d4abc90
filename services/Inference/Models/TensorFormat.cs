using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelServing.Inference.Memory;
using ModelServing.Inference.Protocol;
using ModelServing.Inference.Recording;
using ModelServing.Predictions.Records;
using ModelServing.Registry;

namespace ModelServing.Inference.Models;

/// <summary>
/// The JSON form of tensors of one data type (Open Inference Protocol, "Tensor Data"). Data are read straight into the runtime's memory and
/// written straight from it, without intermediate objects.
/// </summary>
/// <remarks>
/// JSON has no NaN and no infinities. As in Protocol Buffers' JSON mapping, they are the strings <c>"NaN"</c>, <c>"Infinity"</c> and
/// <c>"-Infinity"</c>, in both directions.
/// </remarks>
internal abstract class TensorFormat
{
    private static readonly TensorFormat[] Formats =
    [
        new NumberFormat<bool, BoolElement>(Datatype.Bool, TensorElementType.Bool),
        new NumberFormat<sbyte, WholeElement<sbyte>>(Datatype.Int8, TensorElementType.Int8),
        new NumberFormat<short, WholeElement<short>>(Datatype.Int16, TensorElementType.Int16),
        new NumberFormat<int, WholeElement<int>>(Datatype.Int32, TensorElementType.Int32),
        new NumberFormat<long, WholeElement<long>>(Datatype.Int64, TensorElementType.Int64),
        new NumberFormat<byte, WholeElement<byte>>(Datatype.Uint8, TensorElementType.UInt8),
        new NumberFormat<ushort, WholeElement<ushort>>(Datatype.Uint16, TensorElementType.UInt16),
        new NumberFormat<uint, WholeElement<uint>>(Datatype.Uint32, TensorElementType.UInt32),
        new NumberFormat<ulong, WholeElement<ulong>>(Datatype.Uint64, TensorElementType.UInt64),
        new NumberFormat<Float16, Fp16Element>(Datatype.Fp16, TensorElementType.Float16),
        new NumberFormat<float, Fp32Element>(Datatype.Fp32, TensorElementType.Float),
        new NumberFormat<double, Fp64Element>(Datatype.Fp64, TensorElementType.Double),
        new StringFormat(),
        new NumberFormat<BFloat16, Bf16Element>(Datatype.Bf16, TensorElementType.BFloat16),
    ];

    internal abstract TensorElementType ElementType { get; }

    /// <summary>The bytes of memory that an element takes. The text of a string comes on top.</summary>
    internal abstract int ElementBytes { get; }

    /// <summary>The bytes of the shortest element in a request, with its comma.</summary>
    internal virtual int LeastText => "0,".Length;

    internal static TensorFormat For(Datatype datatype) => Formats[(int)datatype];

    /// <summary>A tensor of zeros, false or empty strings.</summary>
    internal abstract RuntimeTensor Create(long[] shape);

    /// <summary>Reads a tensor's data.</summary>
    /// <param name="reader">The reader, on the first token of the data. Afterwards it is on the last one.</param>
    /// <param name="json">The text that it reads.</param>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="count">The number of elements.</param>
    /// <param name="field">The place of the data in the request.</param>
    /// <exception cref="RequestFaultException">An element or the number of them is wrong.</exception>
    internal RuntimeTensor Read(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, long[] shape, int count, DataField field)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw field.Fault("it must be an array of elements, flat in row-major order or nested like the shape");
        var tensor = Create(shape);
        try
        {
            var cursor = new DataCursor(shape, field);
            ReadElements(ref reader, json, tensor, count, ref cursor);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Writes a tensor's elements, flat in row-major order, into an open array.</summary>
    internal abstract void WriteElements(Utf8JsonWriter json, RuntimeTensor tensor);

    /// <summary>Adds the data of a tensor to a prediction record, in the protocol's binary form.</summary>
    internal abstract void Record(RecordWriter writer, RecordedTensorPlace place, RuntimeTensor tensor, KeyedHash? hash);

    /// <summary>Whether a tensor contains NaN or infinity.</summary>
    internal virtual bool HasNonFinite(RuntimeTensor tensor) => false;

    /// <summary>Whether a tensor contains NaN or infinity as an input, which for text includes what a model may read as such.</summary>
    internal virtual bool HasNonFiniteInput(RuntimeTensor tensor) => HasNonFinite(tensor);

    private protected abstract void ReadElements(
        ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RuntimeTensor tensor, int count, ref DataCursor cursor);

    /// <summary>Elements of fixed size.</summary>
    private sealed class NumberFormat<T, TElement>(Datatype datatype, TensorElementType type) : TensorFormat
        where T : unmanaged
        where TElement : IElement<T>
    {
        internal override TensorElementType ElementType => type;

        internal override int ElementBytes { get; } = Unsafe.SizeOf<T>();

        internal override RuntimeTensor Create(long[] shape) => RuntimeTensor.Create(type, ElementBytes, shape);

        internal override void WriteElements(Utf8JsonWriter json, RuntimeTensor tensor)
        {
            foreach (var element in tensor.Elements<T>())
                TElement.Write(json, element);
        }

        internal override void Record(RecordWriter writer, RecordedTensorPlace place, RuntimeTensor tensor, KeyedHash? hash) =>
            writer.Tensor(place.IsInput, place.Head, tensor.Shape, MemoryMarshal.AsBytes(tensor.Elements<T>()), hash);

        internal override bool HasNonFinite(RuntimeTensor tensor) => TElement.AnyNonFinite(tensor.Elements<T>());

        private protected override void ReadElements(
            ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RuntimeTensor tensor, int count, ref DataCursor cursor)
        {
            var elements = tensor.Elements<T>();
            for (var i = 0; i < elements.Length; i++)
            {
                cursor.Next(ref reader, i, count);
                if (!TElement.TryRead(ref reader, out elements[i]))
                    throw cursor.WrongElement(ref reader, i, $"{TElement.Description} ({DatatypeNames.NameOf(datatype)})");
                if (TElement.AreNumbers)
                {
                    var more = ReadMore(ref reader, json, elements.Slice(i + 1, cursor.RoomFor(elements.Length - i - 1)));
                    cursor.HasPassed(more);
                    i += more;
                }
            }

            cursor.End(ref reader, count);
        }

        // Reads the elements that follow, as long as they are short numbers, and returns how many there were.
        private static int ReadMore(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, Span<T> elements)
        {
            if (elements.IsEmpty || reader.TokenType != JsonTokenType.Number || !json.Overlaps(reader.ValueSpan, out var begin))
                return 0;
            var rest = json[(begin + reader.ValueSpan.Length)..];
            var (read, length, at) = (0, 0, 0);
            while (read < elements.Length
                && ShortNumber.TryTakeNext(rest, ref at, out var number, out var isExact)
                && TElement.TryRound(number, isExact, out elements[read]))
            {
                read++;
                length = at;
            }

            // For the reader, the last of them is the number that it has read.
            if (read > 0)
                reader = new Utf8JsonReader(rest[length..], isFinalBlock: true, reader.CurrentState);
            return read;
        }
    }

    /// <summary>Strings, which are the protocol's BYTES.</summary>
    private sealed class StringFormat : TensorFormat
    {
        // A longer string is written, or read, in pieces: the JSON writer takes six times the length of a piece.
        private const int Piece = 16 * 1024;

        internal override TensorElementType ElementType => TensorElementType.String;

        // A std::string.
        internal override int ElementBytes => 32;

        internal override int LeastText => "\"\",".Length;

        internal override RuntimeTensor Create(long[] shape) => RuntimeTensor.CreateText(shape);

        internal override void WriteElements(Utf8JsonWriter json, RuntimeTensor tensor)
        {
            for (var i = 0; i < tensor.Count; i++)
            {
                var text = tensor.Value.GetStringElementAsSpan(i);
                if (text.Length > Piece)
                    WriteLong(json, text);
                else
                    json.WriteStringValue(text);
            }
        }

        internal override void Record(RecordWriter writer, RecordedTensorPlace place, RuntimeTensor tensor, KeyedHash? hash)
        {
            var size = 0;
            for (var i = 0; i < tensor.Count; i++)
                size += sizeof(int) + tensor.Value.GetStringElementAsSpan(i).Length;
            using var data = new NativeBytes(size);
            var rest = data.GetSpan();
            for (var i = 0; i < tensor.Count; i++)
            {
                var text = tensor.Value.GetStringElementAsSpan(i);
                BinaryPrimitives.WriteInt32LittleEndian(rest, text.Length);
                text.CopyTo(rest[sizeof(int)..]);
                rest = rest[(sizeof(int) + text.Length)..];
            }

            writer.Tensor(place.IsInput, place.Head, tensor.Shape, data.GetSpan(), hash);
        }

        internal override bool HasNonFiniteInput(RuntimeTensor tensor)
        {
            for (var i = 0; i < tensor.Count; i++)
            {
                if (NonFinite.IsNamedBy(tensor.Value.GetStringElementAsSpan(i)))
                    return true;
            }

            return false;
        }

        private protected override void ReadElements(
            ref Utf8JsonReader reader, ReadOnlySpan<byte> json, RuntimeTensor tensor, int count, ref DataCursor cursor)
        {
            for (var i = 0; i < count; i++)
            {
                cursor.Next(ref reader, i, count);
                if (reader.TokenType != JsonTokenType.String)
                    throw cursor.WrongElement(ref reader, i, "a string");
                if (reader.ValueIsEscaped)
                    SetUnescaped(ref reader, tensor.Value, i);
                else
                    tensor.Value.StringTensorSetElementAt(reader.ValueSpan, i);
            }

            cursor.End(ref reader, count);
        }

        private static void WriteLong(Utf8JsonWriter json, ReadOnlySpan<byte> text)
        {
            for (; text.Length > Piece; text = text[Piece..])
                json.WriteStringValueSegment(text[..Piece], isFinalSegment: false);
            json.WriteStringValueSegment(text, isFinalSegment: true);
        }

        private static void SetUnescaped(ref Utf8JsonReader reader, OrtValue tensor, int index)
        {
            var length = reader.ValueSpan.Length;
            if (length <= Piece)
            {
                Span<byte> text = stackalloc byte[length];
                tensor.StringTensorSetElementAt(text[..reader.CopyString(text)], index);
                return;
            }

            using var unescaped = new NativeBytes(length);
            tensor.StringTensorSetElementAt(unescaped.GetSpan()[..reader.CopyString(unescaped.GetSpan())], index);
        }
    }
}
