using System.Text;
using System.Text.Json;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Models;

/// <summary>
/// Goes over a tensor's elements in JSON: a flat array in row-major order, or arrays nested as the shape says. Which of the two it is
/// shows at the first element.
/// </summary>
/// <param name="shape">The tensor's shape.</param>
/// <param name="field">The data's place.</param>
internal struct DataCursor(long[] shape, DataField field)
{
    // Entries of each array that is open, the outermost at 1; made when the first nested array comes.
    private int[]? counts;
    private int depth = 1;

    /// <summary>Moves to the element of this index; all before it have been moved to.</summary>
    /// <exception cref="RequestFaultException">There is none, or it is nested otherwise than the shape.</exception>
    internal void Next(ref Utf8JsonReader reader, int index, int count)
    {
        if (!Move(ref reader, index))
            throw field.Fault($"it has {index} elements; the shape {ShapeText} takes {count}");
    }

    /// <summary>Moves behind the last element.</summary>
    /// <exception cref="RequestFaultException">There is another one.</exception>
    internal void End(ref Utf8JsonReader reader, int count)
    {
        if (Move(ref reader, count))
            throw field.Fault($"it has more than {count} elements; the shape {ShapeText} takes {count}");
    }

    /// <summary>The fault of an element that is no <paramref name="what"/>.</summary>
    internal readonly RequestFaultException WrongElement(ref Utf8JsonReader reader, int index, string what)
    {
        const int Shown = 40;
        var value = Encoding.UTF8.GetString(reader.ValueSpan.Length > Shown ? reader.ValueSpan[..Shown] : reader.ValueSpan);
        var text = reader.TokenType == JsonTokenType.String ? $"'{value}'" : reader.TokenType == JsonTokenType.StartObject ? "an object" : value;
        return field.Fault($"element {index} is {text}; it has to be {what}");
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
                        throw field.Fault($"element {index} is an array; the elements have to be flat in row-major order, or nested as the shape {ShapeText}");
                    counts ??= new int[shape.Length + 1];
                    counts[depth]++;
                    counts[++depth] = 0;
                    break;
                case JsonTokenType.EndArray when counts is not null:
                    if (counts[depth] != shape[depth - 1])
                        throw field.Fault($"an array before element {index} has {counts[depth]} entries; the shape {ShapeText} takes {shape[depth - 1]} there");
                    if (--depth == 0)
                        return false;
                    break;
                case JsonTokenType.EndArray:
                    return false;
                default:
                    if (counts is null)
                        return true;
                    if (depth != shape.Length)
                        throw field.Fault($"element {index} is not as deep as the shape {ShapeText}; the elements have to be flat in row-major order, or nested as the shape");
                    counts[depth]++;
                    return true;
            }
        }
    }

    private readonly string ShapeText => $"[{string.Join(',', shape)}]";
}
