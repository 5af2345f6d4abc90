using Pulumi;
using Pulumi.Oci.Logging;
using Pulumi.Oci.Logging.Inputs;

namespace ModelServing.Infra.Functions;

/// <summary>The log of the functions in the Logging service: all that they write, and how each call ended.</summary>
internal static class FunctionLogs
{
    internal static Resource Add(Resource parent, string name, FunctionsArgs args, Output<string> applicationId, InputMap<string> tags)
    {
        var child = new CustomResourceOptions { Parent = parent };
        var group = new LogGroup(name, new LogGroupArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("functions"),
            FreeformTags = tags,
        }, child);
        return new Pulumi.Oci.Logging.Log($"{name}-invoke", new LogArgs
        {
            LogGroupId = group.Id,
            DisplayName = args.Names.NameOf("functions-invoke"),
            LogType = "SERVICE",
            IsEnabled = true,
            RetentionDuration = args.LogRetentionDays,
            Configuration = new LogConfigurationArgs
            {
                CompartmentId = args.CompartmentId,
                Source = new LogConfigurationSourceArgs { SourceType = "OCISERVICE", Service = "functions", Resource = applicationId, Category = "invoke" },
            },
            FreeformTags = tags,
        }, child);
    }
}
