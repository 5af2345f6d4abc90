namespace ModelServing.Settings.Cloud;

/// <summary>The way to a private endpoint of the cluster that the environment has.</summary>
public enum ClusterAccess
{
    None,

    /// <summary>A Bastion, for people's sessions.</summary>
    Bastion,

    /// <summary>A subnet for the machine of a pipeline.</summary>
    Runner,
}
