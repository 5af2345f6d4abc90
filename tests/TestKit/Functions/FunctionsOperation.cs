using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using ModelServing.TestKit.ObjectStorage;

namespace ModelServing.TestKit.Functions;

/// <summary>The operations that are emulated, by the SDK's names.</summary>
public enum FunctionsOperation
{
    InvokeFunction,
}
