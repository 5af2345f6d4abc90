using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using ModelServing.Contracts.Predictions;
using ModelServing.Features.Definitions;
using ModelServing.Features.Events;

namespace ModelServing.Features.Engine;

/// <summary>The fields of one event in the types of a view. Its memory is used again for the next event.</summary>
internal sealed class FieldValues
{
    private static readonly long[] Powers =
        [.. Enumerable.Range(0, FieldValue.MaxScale + 1).Select(static scale => new FieldType(FieldKind.Decimal, scale).Unit)];

    private long[] steps = [];
    private bool[] exists = [];

    // With the time at index 0, as in the scope of conditions.
    private double[] numbers = [];
    private string?[] texts = [];
    private ulong?[] hashes = [];
    private int count;

    internal ReadOnlySpan<double> Numbers => numbers.AsSpan(0, count + 1);

    internal ReadOnlySpan<string?> Texts => texts.AsSpan(0, count + 1);

    internal void Reset(int fields, long time)
    {
        if (fields + 1 > numbers.Length)
        {
            steps = new long[fields];
            exists = new bool[fields];
            numbers = new double[fields + 1];
            texts = new string?[fields + 1];
            hashes = new ulong?[fields];
        }

        count = fields;
        Array.Clear(exists, 0, fields);
        Array.Clear(texts, 0, fields + 1);
        Array.Clear(hashes, 0, fields);
        numbers.AsSpan(1, fields).Fill(double.NaN);
        numbers[0] = time;
    }

    internal bool Exists(int field) => exists[field];

    /// <summary>The number in whole steps of the field's type.</summary>
    internal long Steps(int field) => steps[field];

    /// <summary>The hash of a number or a text.</summary>
    internal ulong Hash(int field) => hashes[field] ??= ComputeHash(field);

    /// <summary>Sets a field; false if the value does not fit the type exactly.</summary>
    internal bool TrySet(int field, FieldValue value, FieldType type)
    {
        exists[field] = true;
        if (type.Kind == FieldKind.String)
        {
            texts[field + 1] = value.Text;
            return value.Kind == FieldKind.String;
        }

        if (!TryConvert(value, type, out steps[field]))
            return false;
        numbers[field + 1] = type.Scale == 0 ? steps[field] : ExactRatio.ToDouble(steps[field], (UInt128)Powers[type.Scale]);
        return true;
    }

    private ulong ComputeHash(int field)
    {
        if (texts[field + 1] is not { } text)
        {
            Span<byte> number = stackalloc byte[sizeof(long)];
            BinaryPrimitives.WriteInt64LittleEndian(number, steps[field]);
            return XxHash64.HashToUInt64(number);
        }

        Span<byte> utf8 = stackalloc byte[FieldValue.MaxTextBytes];
        return XxHash64.HashToUInt64(utf8[..Encoding.UTF8.GetBytes(text, utf8)]);
    }

    private static bool TryConvert(FieldValue value, FieldType type, out long steps)
    {
        steps = value.Number;
        switch (type.Kind)
        {
            case FieldKind.Bool:
                return value.Kind == FieldKind.Bool;
            case FieldKind.Time when value.Kind == FieldKind.String:
                if (!IsoTime.TryParse(value.Text, out var time) || !Instant.TryFrom(time, out var instant))
                    return false;
                steps = instant.Microseconds;
                return true;
            case FieldKind.Time:
                return value.Kind is FieldKind.Time or FieldKind.Int64 && Instant.IsValid(steps);
            default:
                return value.Kind is FieldKind.Int64 or FieldKind.Decimal && TryScale(value.Number, type.Scale - value.Scale, out steps);
        }
    }

    // Only exact: a digit too many is a fault of the sender, not something to round.
    private static bool TryScale(long number, int places, out long steps)
    {
        if (places >= 0)
        {
            var wide = (Int128)number * Powers[places];
            steps = (long)wide;
            return steps == wide;
        }

        (steps, var rest) = Math.DivRem(number, Powers[-places]);
        return rest == 0;
    }
}
