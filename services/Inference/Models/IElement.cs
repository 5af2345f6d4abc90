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

    /// <summary>Whether an element is NaN or infinite. Types without such values never have one.</summary>
    static virtual bool AnyNonFinite(ReadOnlySpan<T> elements) => false;
}
