using Rlaif.Hosting;
using Rlaif.RewardTrainer;

await RlaifHost.Run(RewardTrainerService.Module);
