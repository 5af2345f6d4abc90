using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>What all messages of one file share: the limits, the findings, and the counts that go over the whole file.</summary>
internal sealed class OnnxContext(ArtifactLimits limits)
{
    // Whoever reads that there are ten thousand more knows enough.
    private const int EnoughFindings = 10_000;

    private readonly List<(string Code, OnnxMessage? At, string? Place, string Message)> found = [];
    private long remembered;
    private int messages;

    internal ArtifactLimits Limits => limits;

    /// <summary>How many findings there are beyond those that were kept.</summary>
    internal int More { get; private set; }

    /// <summary>Whether reading on is of no use: it was past a limit that bounds the work, or all that is read is wrong.</summary>
    internal bool IsEnough { get; private set; }

    /// <summary>The nodes of all graphs and functions.</summary>
    internal int Nodes { get; set; }

    /// <summary>The initializers of all graphs.</summary>
    internal int Initializers { get; set; }

    /// <summary>The bytes that all sparse tensors would have, written out.</summary>
    internal long DenseBytes { get; set; }

    /// <summary>Which operators are called from where.</summary>
    internal OperatorCalls Calls { get; } = new();

    /// <summary>Notes a finding at a message; where it is gets its words at the end, when the names on the way are known.</summary>
    internal void Add(string code, OnnxMessage at, string message) => Add(code, at, null, message);

    /// <summary>Notes a finding at a place.</summary>
    internal void Add(string code, string place, string message) => Add(code, null, place, message);

    /// <summary>Counts a message.</summary>
    internal void CountMessage(OnnxMessage message)
    {
        if (messages++ < limits.Messages || IsEnough)
            return;
        Add(FindingCode.LimitEntries, message, $"the model has more than {limits.Messages} messages; what comes after them was not read");
        IsEnough = true;
    }

    /// <summary>Counts the bytes of a name that is kept until the end; false, and a finding, when all of them are too many.</summary>
    internal bool MayRemember(string name, OnnxMessage at)
    {
        const int OfAnObject = 64;
        var before = remembered;
        remembered += name.Length + OfAnObject;
        if (before <= limits.RememberedBytes && remembered > limits.RememberedBytes)
            Add(FindingCode.LimitText, at, $"the names up to here have more than {limits.RememberedBytes} bytes together");
        return remembered <= limits.RememberedBytes;
    }

    /// <summary>The findings that were kept, in the order of the bytes.</summary>
    internal IReadOnlyList<Finding> Findings() => [.. found.Select(static f => new Finding(f.Code, Middle(f.At?.Place ?? f.Place!), Beginning(f.Message)))];

    private void Add(string code, OnnxMessage? at, string? place, string message)
    {
        if (found.Count < limits.Findings)
            found.Add((code, at, place, message));
        else if (++More >= EnoughFindings)
            IsEnough = true;
    }

    private static string Middle(string place)
    {
        const string Gap = " ... ";
        const int Half = (Finding.MaxPlace - 5) / 2;
        return place.Length <= Finding.MaxPlace ? place : string.Concat(place.AsSpan(0, Half), Gap, place.AsSpan(place.Length - Half));
    }

    private static string Beginning(string message) => message.Length <= Finding.MaxMessage ? message : string.Concat(message.AsSpan(0, Finding.MaxMessage - 3), "...");
}
