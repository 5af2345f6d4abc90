using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Stacks.Preview;

/// <summary>Shows a compressed plan as the text that it is, at the place where a plan that fits is, so that both can be read and
/// compared.</summary>
internal static class PlanText
{
    internal static JsonObject Show(JsonObject inputs)
    {
        if (InputTree.TextAt(inputs["binaryData"], ClusterNames.CompressedPlanKey) is not { } base64)
            return inputs;
        var text = Encoding.UTF8.GetString(new PlanObject(null, Convert.FromBase64String(base64)).ToUtf8());
        inputs.Remove("binaryData");
        inputs["data"] = new JsonObject { [ClusterNames.PlanKey] = text };
        return inputs;
    }
}
