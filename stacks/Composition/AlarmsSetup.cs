using ModelServing.Infra.Alarms;
using ModelServing.Infra.Functions;

namespace ModelServing.Stacks.Composition;

/// <summary>The topics, and the alarms that publish to them.</summary>
internal static class AlarmsSetup
{
    internal static Topics Topics(StackContext context) => new("topics", new TopicsArgs
    {
        Names = context.Names,
        CompartmentId = context.Cloud.Compartment,
        Emails = context.Cloud.Alarms.Emails,
        DataProtection = context.Cloud.DataProtection,
    }, context.InRegion());

    internal static AlarmsComponent Alarms(StackContext context, Topics topics, FunctionsComponent functions) =>
        new("alarms", new AlarmsArgs
        {
            Names = context.Names,
            CompartmentId = context.Cloud.Compartment,
            Topics = topics,
            Rollback = functions.Rollback,
            Splitter = context.Splitter is null ? [] : SplitterAlarms.For(context.LongestDeadline),
        }, context.InRegion());
}
