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

/// <summary>A request that the emulator got.</summary>
/// <param name="Target">Its target, with its escapes.</param>
/// <param name="Operation">The operation; null for none that is emulated.</param>
/// <param name="Host">The host that it names, which is signed.</param>
public sealed record MonitoringRequest(string Target, MonitoringOperation? Operation, string Host);
