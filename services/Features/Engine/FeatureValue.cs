using System.Globalization;

namespace ModelServing.Features.Engine;

/// <summary>A feature's value and status. Equal values have equal bits, on every processor.</summary>
public readonly record struct FeatureValue
{
    private FeatureValue(FeatureStatus status, FeatureType type, long bits)
    {
        Status = status;
        Type = type;
        Bits = bits;
    }

    public FeatureStatus Status { get; }

    public FeatureType Type { get; }

    /// <summary>The number itself, or the bits of the double.</summary>
    public long Bits { get; }

    /// <summary>The value as a double; not a number if there is neither a value nor a default.</summary>
    public double AsDouble => Type == FeatureType.Int64 ? Bits : BitConverter.Int64BitsToDouble(Bits);

    public static FeatureValue From(FeatureStatus status, long value) => new(status, FeatureType.Int64, value);

    /// <summary>A value from a double. Processors disagree about the bits of a result that is not a number, so they are set here. A zero
    /// never has a sign, because files do not tell the two zeros apart.</summary>
    public static FeatureValue From(FeatureStatus status, double value) => new(
        status, FeatureType.Double, BitConverter.DoubleToInt64Bits(double.IsNaN(value) ? double.NaN : value == 0 ? 0 : value));

    public override string ToString() => Type == FeatureType.Int64
        ? $"{Bits.ToString(CultureInfo.InvariantCulture)} ({Status})"
        : $"{AsDouble.ToString("R", CultureInfo.InvariantCulture)} ({Status})";
}
