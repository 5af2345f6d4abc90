using ModelServing.Settings;
using ModelServing.Settings.Schema;

namespace ModelServing.Services.Tests.Settings.Cloud;

/// <summary>The stack file of a foundation, which needs little more than the settings that a test adds.</summary>
internal static class FoundationFile
{
    /// <summary>The text.</summary>
    /// <param name="setting">A setting, without its namespace.</param>
    /// <param name="cluster">Further settings of the cluster.</param>
    internal static string Text(string setting, string cluster = "") => $$"""
        config:
          modelserving:models: {}
          modelserving:region: eu-frankfurt-1
          modelserving:tenancy: ocid1.tenancy.oc1..a
          modelserving:compartment: ocid1.compartment.oc1..a
          modelserving:phase: foundation
          modelserving:cluster: { kubernetesVersion: v1.34.1, {{cluster}} }
          modelserving:{{setting}}
        """;

    /// <summary>The faults of a text whose single values are right.</summary>
    internal static IReadOnlyList<SettingsFault> Check(string text)
    {
        var (file, faults) = StackFile.Parse(text, cloud: true);
        Assert.Empty(faults);
        return file!.Check();
    }

    /// <summary>Expects that a text has one fault, and that it names its setting and its position.</summary>
    internal static void AssertFault(string text, string path, string message)
    {
        var fault = Assert.Single(Check(text));
        Assert.Equal("modelserving:" + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }
}
