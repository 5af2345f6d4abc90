using ModelServing.Registry.Onnx.Values;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The state that all messages of one file share: the limits, the findings, and the counts over the whole file.</summary>
internal sealed class OnnxContext(ArtifactLimits limits)
{
    // Beyond this number of further findings, an exact count helps no one.
    private const int MaxCountedFindings = 10_000;

    private readonly List<(string Code, OnnxMessage? At, string? Place, string Message)> findings = [];
    // Operators and domains are few, and nodes are many.
    private readonly Dictionary<string, string> shared = new(StringComparer.Ordinal);
    private int references;
    private long rememberedBytes;
    private int messages;

    internal ArtifactLimits Limits => limits;

    /// <summary>The number of findings beyond those that are kept.</summary>
    internal int MoreFindings { get; private set; }

    /// <summary>Whether to stop reading: the file is past a limit that bounds the work, or has very many findings.</summary>
    internal bool ShouldStop { get; private set; }

    /// <summary>The number of nodes in all graphs and functions.</summary>
    internal int Nodes { get; set; }

    /// <summary>The number of initializers in all graphs.</summary>
    internal int Initializers { get; set; }

    /// <summary>The size of all sparse tensors when expanded, in bytes.</summary>
    internal long DenseBytes { get; set; }

    internal OperatorCalls Calls { get; } = new();

    internal IntegerDivisions Divisions { get; } = new();

    /// <summary>Adds a finding at a message. Its path is written at the end of the file, when the names on the path are known.</summary>
    internal void Add(string code, OnnxMessage at, string message) => Add(code, at, null, message);

    /// <summary>Adds a finding at a place.</summary>
    internal void Add(string code, string place, string message) => Add(code, null, place, message);

    internal void CountMessage(OnnxMessage message)
    {
        if (messages++ < limits.Messages || ShouldStop)
            return;
        Add(FindingCode.LimitEntries, message, $"the model has more than {limits.Messages} messages; later ones were not read");
        ShouldStop = true;
    }

    /// <summary>Counts the bytes of a name that is kept to the end of the file. If all names together are too many bytes, returns false and
    /// adds a finding.</summary>
    internal bool TryRemember(string name, OnnxMessage at)
    {
        const int ObjectBytes = 64;
        var before = rememberedBytes;
        rememberedBytes += name.Length + ObjectBytes;
        if (before <= limits.RememberedBytes && rememberedBytes > limits.RememberedBytes)
            Add(FindingCode.LimitText, at, $"up to here, all names together have more than {limits.RememberedBytes} bytes");
        return rememberedBytes <= limits.RememberedBytes;
    }

    /// <summary>The one copy of a text that many nodes have.</summary>
    internal string Shared(string text)
    {
        if (!shared.TryGetValue(text, out var found) && shared.Count < limits.Entries)
            shared.Add(text, text);
        return found ?? text;
    }

    /// <summary>Counts an input or output of a node. Returns false past the limit, and adds a finding at it.</summary>
    internal bool CountReference(OnnxMessage at)
    {
        if (references++ == limits.References)
            Add(FindingCode.LimitEntries, at, $"up to here, the nodes have more than {limits.References} inputs and outputs");
        return references <= limits.References;
    }

    /// <summary>Finds a value, or adds it; null for an empty name, or if there are too many.</summary>
    internal GraphValue? ValueOf(ValueScope scope, string name, OnnxMessage at) =>
        name.Length == 0 ? null
        : scope.Find(name) is { } found ? found
        : TryRemember(name, at) ? scope.Add(name)
        : null;

    /// <summary>The findings that were kept, in the order of the file.</summary>
    internal IReadOnlyList<Finding> Findings() =>
        [.. findings.Select(static f => new Finding(f.Code, ShortenPlace(f.At?.Place ?? f.Place!), ShortenMessage(f.Message)))];

    private void Add(string code, OnnxMessage? at, string? place, string message)
    {
        if (findings.Count < limits.Findings)
            findings.Add((code, at, place, message));
        else if (++MoreFindings >= MaxCountedFindings)
            ShouldStop = true;
    }

    private static string ShortenPlace(string place)
    {
        const string Gap = " ... ";
        const int Half = (Finding.MaxPlace - 5) / 2;
        return place.Length <= Finding.MaxPlace ? place : string.Concat(place.AsSpan(0, Half), Gap, place.AsSpan(place.Length - Half));
    }

    private static string ShortenMessage(string message) =>
        message.Length <= Finding.MaxMessage ? message : string.Concat(message.AsSpan(0, Finding.MaxMessage - 3), "...");
}
