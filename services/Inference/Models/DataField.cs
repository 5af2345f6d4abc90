using ModelServing.Inference.Protocol;

namespace ModelServing.Inference.Models;

/// <summary>The place of a tensor's data in a request.</summary>
/// <param name="Input">The input's index in the request.</param>
internal readonly record struct DataField(int Input)
{
    internal RequestFaultException Fault(string message) => new($"inputs[{Input}].data", message);
}
