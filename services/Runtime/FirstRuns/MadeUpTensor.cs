using System.Globalization;
using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Registry;

namespace ModelServing.Runtime.FirstRuns;

/// <summary>Tensors all of whose elements are the same.</summary>
internal static class MadeUpTensor
{
    private const int MostValues = 8;

    internal static OrtValue Create(Datatype datatype, long[] shape, MadeUp elements) => datatype switch
    {
        Datatype.Bool => Create(shape, elements != MadeUp.Zero),
        Datatype.Int8 => Number<sbyte>(shape, elements),
        Datatype.Int16 => Number<short>(shape, elements),
        Datatype.Int32 => Number<int>(shape, elements),
        Datatype.Int64 => Number<long>(shape, elements),
        Datatype.Uint8 => Number<byte>(shape, elements),
        Datatype.Uint16 => Number<ushort>(shape, elements),
        Datatype.Uint32 => Number<uint>(shape, elements),
        Datatype.Uint64 => Number<ulong>(shape, elements),
        Datatype.Fp16 => Create(shape, new Float16(BitConverter.HalfToUInt16Bits(ElementOf<Half>(elements)))),
        Datatype.Bf16 => Create(shape, UpperHalfOf(ElementOf<float>(elements))),
        Datatype.Fp32 => Number<float>(shape, elements),
        Datatype.Fp64 => Number<double>(shape, elements),
        _ => OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape),
    };

    /// <summary>The first values of an output.</summary>
    internal static string TextOf(OrtValue value, Datatype datatype)
    {
        if (datatype == Datatype.Bytes)
            return Text(value.GetStringTensorAsArray().Take(MostValues + 1).Select(static text => $"\"{text}\""));
        return datatype switch
        {
            Datatype.Bool => Text(First<bool>(value).Select(static flag => flag ? "true" : "false")),
            Datatype.Int8 => Numbers<sbyte>(value),
            Datatype.Int16 => Numbers<short>(value),
            Datatype.Int32 => Numbers<int>(value),
            Datatype.Int64 => Numbers<long>(value),
            Datatype.Uint8 => Numbers<byte>(value),
            Datatype.Uint16 => Numbers<ushort>(value),
            Datatype.Uint32 => Numbers<uint>(value),
            Datatype.Uint64 => Numbers<ulong>(value),
            Datatype.Fp16 => Text(First<Float16>(value)
                .Select(static number => BitConverter.UInt16BitsToHalf(number.value).ToString(CultureInfo.InvariantCulture))),
            Datatype.Bf16 => Text(First<BFloat16>(value).Select(static number => ToSingle(number).ToString(CultureInfo.InvariantCulture))),
            Datatype.Fp32 => Numbers<float>(value),
            _ => Numbers<double>(value),
        };
    }

    private static OrtValue Number<T>(long[] shape, MadeUp elements)
        where T : unmanaged, INumber<T>, IMinMaxValue<T> => Create(shape, ElementOf<T>(elements));

    private static OrtValue Create<T>(long[] shape, T element)
        where T : unmanaged
    {
        var count = shape.Aggregate(1L, static (product, length) => checked(product * length));
        var all = new T[count];
        Array.Fill(all, element);
        return OrtValue.CreateTensorValueFromMemory(all, shape);
    }

    // Of a type without negative numbers, -1 is the highest.
    private static T ElementOf<T>(MadeUp elements)
        where T : INumber<T>, IMinMaxValue<T> => elements switch
        {
            MadeUp.Zero => T.Zero,
            MadeUp.MinusOne when T.MinValue == T.Zero => T.MaxValue,
            MadeUp.MinusOne => T.Zero - T.One,
            MadeUp.Lowest => T.MinValue,
            _ => T.MaxValue,
        };

    // A BF16 is the upper half of an FP32. Without the lower half, the lowest and the highest number stay so.
    private static BFloat16 UpperHalfOf(float number) => new((ushort)(BitConverter.SingleToUInt32Bits(number) >> 16));

    private static float ToSingle(BFloat16 number) => BitConverter.UInt32BitsToSingle((uint)number.value << 16);

    private static string Numbers<T>(OrtValue value)
        where T : unmanaged, IFormattable =>
        Text(First<T>(value).Select(static number => number.ToString(null, CultureInfo.InvariantCulture)));

    private static T[] First<T>(OrtValue value)
        where T : unmanaged
    {
        var all = value.GetTensorDataAsSpan<T>();
        return all[..Math.Min(all.Length, MostValues + 1)].ToArray();
    }

    private static string Text(IEnumerable<string> values)
    {
        var all = values.ToList();
        return string.Join(", ", all.Take(MostValues)) + (all.Count > MostValues ? ", ..." : "");
    }
}
