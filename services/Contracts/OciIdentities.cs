namespace ModelServing.Contracts;

/// <summary>The texts of <see cref="OciIdentity"/>.</summary>
public static class OciIdentities
{
    /// <summary>The possible texts, for messages.</summary>
    public const string Form = "workload-identity, resource-principal, instance-principal or config-file";

    private static readonly Dictionary<OciIdentity, string> Texts = new()
    {
        [OciIdentity.WorkloadIdentity] = "workload-identity",
        [OciIdentity.ResourcePrincipal] = "resource-principal",
        [OciIdentity.InstancePrincipal] = "instance-principal",
        [OciIdentity.ConfigFile] = "config-file",
    };

    public static string Text(OciIdentity identity) => Texts[identity];

    /// <summary>Returns the identity of a text; null for an unknown text.</summary>
    public static OciIdentity? Parse(string text) =>
        Texts.Where(pair => pair.Value == text).Select(static pair => (OciIdentity?)pair.Key).FirstOrDefault();
}
