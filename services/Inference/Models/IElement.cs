using System.Text.Json;

namespace ModelServing.Inference.Models;

/// <summary>One element of a tensor in JSON, resolved at compile time so that no number is boxed.</summary>
internal interface IElement<T>
{
    /// <summary>What an element has to be, for a message.</summary>
    static abstract string What { get; }

    /// <summary>Reads the token that the reader is on; false when it is no such element.</summary>
    static abstract bool TryRead(ref Utf8JsonReader reader, out T value);

    /// <summary>Writes an element.</summary>
    static abstract void Write(Utf8JsonWriter json, T value);

    /// <summary>Whether one of the elements is NaN or infinite; never where the type has no such values.</summary>
    static virtual bool AnyNonFinite(ReadOnlySpan<T> elements) => false;
}
