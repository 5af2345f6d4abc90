using System.Text.Json;

namespace ModelServing.Inference.Models;

/// <summary>The JSON form of one element of a tensor. Its members are static, so calls are resolved at compile time and no number is
/// boxed.</summary>
internal interface IElement<T>
{
    /// <summary>A description of valid elements, for a message.</summary>
    static abstract string Description { get; }

    /// <summary>Reads the reader's current token; false if it is not a valid element.</summary>
    static abstract bool TryRead(ref Utf8JsonReader reader, out T value);

    static abstract void Write(Utf8JsonWriter json, T value);

    /// <summary>Whether <see cref="TryRound"/> makes elements of numbers. Then arrays of short numbers are read without the JSON
    /// reader.</summary>
    static virtual bool AreNumbers => false;

    /// <summary>The element that is nearest to a number; false if only the number's text can tell.</summary>
    /// <param name="number">The number, from <see cref="ShortNumber.TryTakeNext"/>.</param>
    /// <param name="isExact">Whether it is exact.</param>
    /// <param name="value">The element.</param>
    static virtual bool TryRound(double number, bool isExact, out T value)
    {
        value = default!;
        return false;
    }

    /// <summary>Whether an element is NaN or infinite. Types without such values never have one.</summary>
    static virtual bool AnyNonFinite(ReadOnlySpan<T> elements) => false;
}
