using Rlaif.Hosting;
using Rlaif.PolicyOptimizer;

await RlaifHost.Run(PolicyOptimizerService.Module);
