using System.Collections.ObjectModel;

namespace ModelServing.OpenInference.Infer;

internal static class NoParameters
{
    internal static IReadOnlyDictionary<string, ParameterValue> Shared { get; } = ReadOnlyDictionary<string, ParameterValue>.Empty;
}
