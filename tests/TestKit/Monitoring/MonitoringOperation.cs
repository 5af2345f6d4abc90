using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.TestKit.Monitoring;

/// <summary>The operations that are emulated, by the SDK's names.</summary>
public enum MonitoringOperation
{
    PostMetricData,
    ListAlarmsStatus,
    RetrieveDimensionStates,
}
