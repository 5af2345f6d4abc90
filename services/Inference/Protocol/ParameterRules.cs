using ModelServing.Hosting;
using ModelServing.Inference.Models;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// What the parameters of a request, input or output mean. They are ignored, except for those that have a meaning here and those that must
/// not be ignored: they ask for an extension that this version does not have, or they say that the data are encoded. Data are never read in
/// another way than their sender says.
/// </summary>
internal static class ParameterRules
{
    private const string ContentType = "content_type";
    private const string BinarySize = "binary_data_size";
    private const string Timeout = "timeout";
    private const string Priority = "priority";

    // Longer times than any request may take.
    private const ulong MostMicroseconds = 3_600_000_000;

    private static readonly string[] Unsupported =
        ["classification", "shared_memory_region", "shared_memory_offset", "shared_memory_byte_size"];

    // The binary extension's, by the place that each belongs to.
    private static readonly string[] Binary = ["binary_data_output", BinarySize, "binary_data"];

    // Names that clients use for it.
    private static readonly string[] Encodings =
        [ContentType, "content_encoding", "transfer_encoding", "encoding", "compression", "charset"];

    // The values that describe what this version reads and writes anyway.
    private static readonly string[] Plain = ["identity", "none", "utf-8", "utf8"];

    /// <summary>Whether a parameter is one of the binary extension of JSON.</summary>
    internal static bool IsOfBinary(string name) => Binary.Contains(Canonical(name));

    /// <summary>Adds what a parameter means to what was read before.</summary>
    /// <param name="path">The parameter's place, for a message.</param>
    /// <param name="place">Whose parameter it is.</param>
    /// <param name="found">The meaning of those before it.</param>
    internal static ReadParameters Add(
        string path, string name, ParameterPlace place, in ParameterValue value, in ReadParameters found)
    {
        var canonical = Canonical(name);
        if (Unsupported.Contains(canonical))
            throw new RequestFaultException(path, "this version does not support it");
        if (Binary.Contains(canonical))
            return AddBinary(path, name, place, value, found);
        if (Encodings.Contains(canonical))
            return found with { AreText = found.AreText | IsEncoding(path, canonical, value) };
        return place == ParameterPlace.Request && name is Timeout or Priority ? AddSchedule(path, name, value, found) : found;
    }

    /// <summary>The fault of data that are not text, in spite of their content type.</summary>
    internal static RequestFaultException NotText(in Field field, string tensor) =>
        new($"{field}.{ContentType}", $"it is 'str'; '{tensor}' has no text");

    /// <summary>Refuses parameters of a request that call all of its inputs texts, unless they are.</summary>
    internal static void RequireTexts(in ReadParameters parameters, IReadOnlyList<TensorSpec> inputs)
    {
        if (parameters.AreText && inputs.FirstOrDefault(static spec => !spec.IsText) is { } other)
            throw NotText(Field.Body("parameters"), other.Name);
    }

    private static ReadParameters AddBinary(
        string path, string name, ParameterPlace place, in ParameterValue value, in ReadParameters found)
    {
        if (name != Binary[(int)place])
        {
            // False asks for what is done anyway.
            return value.Flag == false && Canonical(name) != BinarySize
                ? found
                : throw new RequestFaultException(
                    path, $"it is not a parameter of {PlaceText(place)}; that is '{Binary[(int)place]}'");
        }

        if (place != ParameterPlace.Input)
        {
            return value.Flag is { } isBinary
                ? found with { IsBinary = isBinary }
                : throw new RequestFaultException(path, "it must be true or false");
        }

        return value.Whole is { } size && size >= 0 && size <= long.MaxValue
            ? found with { BinarySize = (long)size }
            : throw new RequestFaultException(path, "it must be the number of the input's bytes behind the JSON");
    }

    // The priority is checked and not used, as by a server whose model has no levels of it.
    private static ReadParameters AddSchedule(string path, string name, in ParameterValue value, in ReadParameters found)
    {
        if (value.Whole is not { } number || number < 0 || number > ulong.MaxValue)
            throw new RequestFaultException(path, $"it must be a whole number{(name == Timeout ? " of microseconds" : "")}, at least 0");
        // By the protocol, 0 is the same as no timeout.
        return name == Timeout && number > 0 && number < MostMicroseconds
            ? found with { Timeout = TimeSpan.FromMicroseconds((long)number) }
            : found;
    }

    private static string PlaceText(ParameterPlace place) => place switch
    {
        ParameterPlace.Input => "an input",
        ParameterPlace.Output => "an output",
        _ => "the request",
    };

    // Clients write these names in several ways.
    private static string Canonical(string name) => name.Replace('-', '_').ToLowerInvariant();

    // Whether the data are called text.
    private static bool IsEncoding(string path, string encoding, in ParameterValue value)
    {
        var text = value.Text ?? "";
        if (encoding == ContentType)
        {
            if (text.Equals("str", StringComparison.OrdinalIgnoreCase))
                return true;
            if (!text.Equals("np", StringComparison.OrdinalIgnoreCase))
                throw Refused(path, value, "'np' (the elements of a tensor) or 'str' (texts)");
        }
        else if (!Plain.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            throw Refused(path, value, $"one of {string.Join(", ", Plain)}");
        }

        return false;
    }

    private static RequestFaultException Refused(string path, in ParameterValue value, string known)
    {
        var text = value.IsText ? $"'{JsonPlace.Shown(value.Shown)}'" : "not a string";
        return new RequestFaultException(path, $"it is {text}; data can't be encoded, so it may only be {known}");
    }
}
