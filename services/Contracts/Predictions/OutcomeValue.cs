using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ModelServing.Contracts.Predictions;

/// <summary>The value of an <see cref="Outcome"/>: a number, true or false, or a text of at most <see cref="MostText"/>
/// characters.</summary>
[JsonConverter(typeof(OutcomeValueJsonConverter))]
public readonly record struct OutcomeValue
{
    /// <summary>The length of the longest text.</summary>
    public const int MostText = 256;

    /// <summary>The form of a value, for messages.</summary>
    public const string Form = "a finite number, true or false, or a text of at most 256 characters";

    private OutcomeValue(double? number, bool? flag, string? text)
    {
        Number = number;
        Flag = flag;
        Text = text;
    }

    public double? Number { get; }

    public bool? Flag { get; }

    public string? Text { get; }

    public static OutcomeValue FromNumber(double number) => double.IsFinite(number)
        ? new(number, null, null)
        : throw new ContractException($"the value is {number.ToString(CultureInfo.InvariantCulture)}; it must be {Form}");

    public static OutcomeValue FromFlag(bool flag) => new(null, flag, null);

    public static OutcomeValue FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= MostText
            ? new(null, null, text)
            : throw new ContractException($"the value has {text.Length} characters; it must be {Form}");
    }

    public override string ToString() =>
        Text ?? (Flag is { } flag ? flag ? "true" : "false" : Number?.ToString("R", CultureInfo.InvariantCulture) ?? "");
}

/// <summary>Writes an <see cref="OutcomeValue"/> as a number, a boolean or a string.</summary>
public sealed class OutcomeValueJsonConverter : JsonConverter<OutcomeValue>
{
    public override OutcomeValue Read(
        ref Utf8JsonReader reader,
        Type typeToConvert,
        JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetDouble(out var number) && double.IsFinite(number) => OutcomeValue.FromNumber(number),
            JsonTokenType.True => OutcomeValue.FromFlag(true),
            JsonTokenType.False => OutcomeValue.FromFlag(false),
            JsonTokenType.String when reader.GetString() is { Length: <= OutcomeValue.MostText } text => OutcomeValue.FromText(text),
            _ => throw new JsonException($"a value must be {OutcomeValue.Form}"),
        };

    public override void Write(Utf8JsonWriter writer, OutcomeValue value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
            writer.WriteNumberValue(number);
        else if (value.Flag is { } flag)
            writer.WriteBooleanValue(flag);
        else
            writer.WriteStringValue(value.Text ?? "");
    }
}
