using System.Text;
using System.Text.Json;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Models;

/// <summary>
/// Moves through a tensor's elements in JSON, which are a flat array in row-major order, or arrays nested like the shape. The first element
/// decides which of the two it is.
/// </summary>
/// <param name="shape">The tensor's shape.</param>
/// <param name="field">The place of the data in the request.</param>
internal struct DataCursor(long[] shape, DataField field)
{
    // The number of entries so far of each open array, the outermost at index 1; null while the array is flat.
    private int[]? counts;
    private int depth = 1;

    /// <summary>Moves to the next element, whose index is <paramref name="index"/>.</summary>
    /// <exception cref="RequestFaultException">There are no more elements, or the nesting differs from the shape.</exception>
    internal void Next(ref Utf8JsonReader reader, int index, int count)
    {
        if (!Move(ref reader, index))
            throw field.Fault($"it has {index} elements, but the shape {ShapeText} requires {count}");
    }

    /// <summary>Moves past the last element.</summary>
    /// <exception cref="RequestFaultException">There are more elements.</exception>
    internal void End(ref Utf8JsonReader reader, int count)
    {
        if (Move(ref reader, count))
            throw field.Fault($"it has more than {count} elements, but the shape {ShapeText} requires {count}");
    }

    /// <summary>How many of so many elements may follow the current one in its array.</summary>
    internal readonly int RoomFor(int elements) =>
        counts is null ? elements : (int)Math.Clamp(shape[^1] - counts[depth], 0, elements);

    /// <summary>Some elements that follow the current one in its array were read.</summary>
    internal readonly void HasPassed(int elements)
    {
        if (counts is not null)
            counts[depth] += elements;
    }

    /// <summary>The fault of an element that is not <paramref name="expected"/>.</summary>
    internal readonly RequestFaultException WrongElement(ref Utf8JsonReader reader, int index, string expected)
    {
        const int MaxBytes = 40;
        var value = Encoding.UTF8.GetString(reader.ValueSpan.Length > MaxBytes ? reader.ValueSpan[..MaxBytes] : reader.ValueSpan);
        var text = reader.TokenType switch
        {
            JsonTokenType.String => $"'{value}'",
            JsonTokenType.StartObject => "an object",
            _ => value,
        };
        return field.Fault($"element {index} is {text}; it must be {expected}");
    }

    private bool Move(ref Utf8JsonReader reader, int index)
    {
        while (true)
        {
            reader.Read();
            switch (reader.TokenType)
            {
                case JsonTokenType.StartArray:
                    if ((counts is null && index > 0) || depth >= shape.Length)
                        throw field.Fault($"element {index} is an array; {RequiredForm}");
                    counts ??= new int[shape.Length + 1];
                    counts[depth]++;
                    counts[++depth] = 0;
                    break;
                case JsonTokenType.EndArray when counts is not null:
                    if (counts[depth] != shape[depth - 1])
                    {
                        throw field.Fault(
                            $"an array before element {index} has {counts[depth]} entries, " +
                            $"but the shape {ShapeText} requires {shape[depth - 1]}");
                    }

                    if (--depth == 0)
                        return false;
                    break;
                case JsonTokenType.EndArray:
                    return false;
                default:
                    if (counts is null)
                        return true;
                    if (depth != shape.Length)
                        throw field.Fault($"element {index} is not nested deeply enough; {RequiredForm}");
                    counts[depth]++;
                    return true;
            }
        }
    }

    private readonly string RequiredForm => $"elements must be flat in row-major order, or nested like the shape {ShapeText}";

    private readonly string ShapeText => $"[{string.Join(',', shape)}]";
}
