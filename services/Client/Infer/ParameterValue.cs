using System.Globalization;

namespace ModelServing.OpenInference.Infer;

/// <summary>The value of a parameter: a bool, a whole number, a floating-point number or a text.</summary>
public readonly record struct ParameterValue
{
    private readonly object? value;

    private ParameterValue(object value) => this.value = value;

    /// <summary>Gets the value: a <see cref="bool"/>, <see cref="long"/>, <see cref="ulong"/>, <see cref="double"/> or
    /// <see cref="string"/>. A part of an answer that is an object or an array is its text in JSON.</summary>
    public object Value => value ?? "";

    public static implicit operator ParameterValue(bool value) => FromBoolean(value);

    public static implicit operator ParameterValue(long value) => FromInt64(value);

    public static implicit operator ParameterValue(ulong value) => FromUInt64(value);

    public static implicit operator ParameterValue(double value) => FromDouble(value);

    public static implicit operator ParameterValue(string value) => FromString(value);

    public static ParameterValue FromBoolean(bool value) => new(value);

    public static ParameterValue FromInt64(long value) => new(value);

    public static ParameterValue FromUInt64(ulong value) => new(value);

    public static ParameterValue FromDouble(double value) => new(value);

    public static ParameterValue FromString(string value) => new(value);

    public override string ToString() => Convert.ToString(Value, CultureInfo.InvariantCulture) ?? "";
}
